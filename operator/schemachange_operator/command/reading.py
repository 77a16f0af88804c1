"""From the arguments to changes: files, folders and standard input; plain SQL and SchemaChange manifests."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from schemachange_operator.command.errors import UsageError
from schemachange_operator.command.files import STDIN, InputFile, input_files
from schemachange_operator.command.manifest import read_documents
from schemachange_operator.command.places import Places, TextPlace
from schemachange_operator.command.plain_sql import PlainStep, read_plain, rollback_parts
from schemachange_operator.command.reverting import with_reverted
from schemachange_operator.command.source import Source, manifest_sources, not_yaml
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.page.subject import NO_ROLLBACK

TOGETHER = "the rollback as a whole is run in the place of another step's"


def read_sources(given: Sequence[Path], rollback: Path | None = None) -> tuple[Source, ...]:
    """All changes of the files. Raises UsageError when there is none, or a file is not there."""
    found = [source for one in input_files(tuple(given), rollback) for source in _read(one)]
    if not found:
        raise UsageError(f"{', '.join(map(str, given))}: there is no SchemaChange and no plain SQL in it")
    return tuple(_named_apart(list(with_reverted(found))))


def _named_apart(sources: list[Source]) -> Iterator[Source]:
    """Findings name their change: two of one name are told apart by their files."""
    seen: set[str] = set()
    for source in sources:
        name = source.name if source.name not in seen else f"{source.name} ({source.file})"
        while name in seen:
            name += "'"
        seen.add(name)
        yield replace(source, name=name)


def _read(file: InputFile) -> tuple[Source, ...]:
    try:
        text = _text(file.path)
        if not file.manifest:
            return (_plain(file, text),)
        if file.rollback:
            raise UsageError("--rollback goes with plain SQL; a SchemaChange says its own rollback")
        sources = manifest_sources(file.path, read_documents(str(file.path), text))
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise UsageError(f"{file.path} is not UTF-8") from None
    except yaml.YAMLError as error:
        return (not_yaml(file.path, error),)
    if not sources and not file.in_folder:
        raise UsageError(f"{file.path} has no SchemaChange; plain SQL goes into a file that ends with .sql")
    return sources


def _text(path: Path) -> str:
    if str(path) == STDIN:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    return path.read_text(encoding="utf-8-sig")


def _plain(file: InputFile, text: str) -> Source:
    read = read_plain(text)
    where, one_step = str(file.path), len(read.steps) == 1
    undos = _undos(file.rollback, len(read.steps))
    steps = [ContentStep(name=one.name, sql=one.sql, undo=undo) for one, undo in zip(read.steps, undos, strict=True)]
    return Source(
        file.name,
        "",
        "",
        Content(steps=tuple(steps)),
        one_step,
        Places(TextPlace(where), dict(_texts(where, file.rollback, read.steps, one_step=one_step))),
        manifest=False,
        file=where,
        findings=read.findings,
    )


def _texts(
    file: str, rollback: Path | None, steps: Sequence[PlainStep], *, one_step: bool
) -> Iterator[tuple[str, TextPlace]]:
    for one in steps:
        path = "spec.migration" if one_step else f"spec.migration.steps[{one.name}]"
        yield f"{path}.sql", TextPlace(file, one.line, 0, one.begin)
        yield "spec.rollback" if one_step else f"{path}.rollback", TextPlace(str(rollback or file))


def _undos(rollback: Path | None, steps: int) -> list[Undo]:
    """One for each step. Steps are undone from the last to the first, so that what the rollback begins with goes last."""
    if rollback is None:
        return [Undo(irreversible=NO_ROLLBACK)] * steps
    text = _text(rollback)
    parts = rollback_parts(text)
    if len(parts) > steps:
        parts = [text]
    return [*(Undo(not_needed=TOGETHER) for _ in range(steps - len(parts))), *(Undo(sql=one) for one in reversed(parts))]
