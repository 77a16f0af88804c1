"""The changes of a file: plain SQL, or SchemaChange manifests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from schemachange_operator.api.migration import Waiver
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.command.errors import UsageError
from schemachange_operator.command.manifest import SUFFIXES, Document, read_file
from schemachange_operator.command.places import Places, TextPlace
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.sources import ONLY_STEP, config_maps_named, resolve
from schemachange_operator.core.sql.content_check import ContentProblem

NO_ROLLBACK = "no rollback was given (--rollback FILE)"


@dataclass(frozen=True)
class Source:
    """One change, as far as it could be read."""

    name: str
    namespace: str
    why: str
    content: Content | None
    one_step: bool
    """Whether it was written as one step, so that its fields are spec.migration.sql and spec.rollback.sql."""
    places: Places
    problems: tuple[ContentProblem, ...] = ()
    """What is wrong with the manifest, apart from its SQL."""
    manifest: bool = True
    """Whether it is a manifest, whose fields a message names."""
    waivers: tuple[Waiver, ...] = ()
    """Rules that the manifest waives."""
    compatibility: str = ""
    """What the manifest says of the running application."""

    def field(self, step: str) -> str:
        """The path of a step's SQL."""
        return "spec.migration.sql" if self.one_step else f"spec.migration.steps[{step}].sql"


def read_sources(file: Path, rollback: Path | None) -> tuple[Source, ...]:
    """All changes of a file. Raises UsageError when there is none, or the file is not there."""
    try:
        if file.suffix.lower() not in SUFFIXES:
            return (_plain(file, rollback),)
        if rollback:
            raise UsageError("--rollback goes with plain SQL; a SchemaChange says its own rollback")
        documents = read_file(file)
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise UsageError(f"{file} is not UTF-8") from None
    except yaml.YAMLError as error:
        return (_not_yaml(file, error),)
    changes = [document for document in documents if document.kind == "SchemaChange"]
    if not changes:
        raise UsageError(f"{file} has no SchemaChange; plain SQL goes into a file that ends with .sql")
    return tuple(_change(document, documents, file) for document in changes)


def _plain(file: Path, rollback: Path | None) -> Source:
    undo = Undo(sql=rollback.read_text(encoding="utf-8")) if rollback else Undo(irreversible=NO_ROLLBACK)
    step = ContentStep(name=ONLY_STEP, sql=file.read_text(encoding="utf-8"), undo=undo)
    texts = {"spec.migration": TextPlace(str(file)), "spec.rollback": TextPlace(str(rollback or file))}
    return Source(file.stem, "", "", Content(steps=(step,)), True, Places(TextPlace(str(file)), texts), manifest=False)


def _not_yaml(file: Path, error: yaml.YAMLError) -> Source:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    what = (error.problem if isinstance(error, yaml.MarkedYAMLError) else None) or "it cannot be read"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = ContentProblem("", f"It is not YAML: {what} at line {line}, column {column}.", line, column)
    return Source(file.stem, "", "", None, False, Places(TextPlace(str(file))), (problem,))


def _change(document: Document, beside: Iterable[Document], file: Path) -> Source:
    metadata = document.value.get("metadata")
    members = {"namespace": "", **(metadata if isinstance(metadata, dict) else {})}
    name, namespace = str(members.get("name") or file.stem), str(members["namespace"])
    places = Places(document.whole, document.texts)
    try:
        change = SchemaChange.model_validate({**document.value, "metadata": {**members, "name": name}, "status": {}})
    except ValidationError as error:
        return Source(name, namespace, "", None, False, places, tuple(_invalid(error)))
    spec = change.spec
    maps = _config_maps(config_maps_named(spec), beside, file)
    texts = {config_map: _data(map_document) for config_map, map_document in maps.items()}
    content, problems = resolve(spec, texts)
    shape = [ContentProblem(problem.field, problem.message) for problem in problems] or list(_shape(change))
    return Source(
        name,
        namespace,
        spec.why,
        None if shape else content,
        spec.migration.steps is None,
        Places(document.whole, {**document.texts, **dict(_elsewhere(document.texts, document.value, maps))}),
        tuple(shape),
        waivers=spec.waivers,
        compatibility=spec.compatibility or "",
    )


def _invalid(error: ValidationError) -> Iterator[ContentProblem]:
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in one["loc"]).lstrip(".")
        yield ContentProblem(path, one["msg"])


def _shape(change: SchemaChange) -> Iterator[ContentProblem]:
    """What the API server refuses by the rules of the kind, as far as the content depends on it."""
    migration = change.spec.migration
    if sum(member is not None for member in (migration.sql, migration.sql_from, migration.steps)) != 1:
        yield ContentProblem("spec.migration", "Give exactly one of sql, sqlFrom, steps.")
    for step in migration.steps or ():
        path = f"spec.migration.steps[{step.name}]"
        if sum(member is not None for member in (step.sql, step.sql_from, step.backfill)) != 1:
            yield ContentProblem(path, "Give exactly one of sql, sqlFrom, backfill.")
        undo = step.rollback
        if sum(member is not None for member in (undo.sql, undo.sql_from, undo.not_needed, undo.irreversible)) != 1:
            yield ContentProblem(f"{path}.rollback", "Give exactly one of sql, sqlFrom, notNeeded, irreversible.")


def _config_maps(wanted: frozenset[str], here: Iterable[Document], file: Path) -> dict[str, Document]:
    """ConfigMaps of the same file, or of the files beside it."""
    found = _named(wanted, here)
    if wanted - found.keys():
        for path in sorted(file.parent.iterdir()):
            if path.suffix.lower() in SUFFIXES and path != file:
                try:
                    found = {**_named(wanted, read_file(path)), **found}
                except (OSError, UnicodeError, yaml.YAMLError):
                    continue
    return found


def _named(wanted: frozenset[str], documents: Iterable[Document]) -> dict[str, Document]:
    maps = [document for document in documents if document.kind == "ConfigMap"]
    named = {str((one.value.get("metadata") or {}).get("name")): one for one in maps}
    return {name: one for name, one in named.items() if name in wanted}


def _data(document: Document) -> dict[str, str]:
    data = document.value.get("data")
    return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}


def _elsewhere(
    texts: Mapping[str, TextPlace], value: object, maps: Mapping[str, Document]
) -> Iterator[tuple[str, TextPlace]]:
    """Texts that stand in a ConfigMap, under the path that they would have in the change."""
    for path in texts:
        if path.endswith(".sqlFrom"):
            source = _at(value, path)
            config_map = maps.get(str(source.get("name")))
            if config_map:
                place = config_map.texts.get(f"data.{source.get('key')}", config_map.whole)
                yield path.removesuffix("From"), place


def _at(value: object, path: str) -> dict[str, object]:
    """The object at a path as `read_documents` writes it."""
    for part in path.replace("[", ".[").split("."):
        if isinstance(value, list):
            value = next((item for item in value if isinstance(item, dict) and f"[{item.get('name')}]" == part), None)
        elif isinstance(value, dict):
            value = value.get(part)
    return value if isinstance(value, dict) else {}
