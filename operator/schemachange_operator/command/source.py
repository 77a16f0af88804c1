"""A change that was read, and how manifests become one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from schemachange_operator.api.migration import Waiver
from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.command.manifest import SUFFIXES, Document, read_file
from schemachange_operator.command.places import Places, TextPlace
from schemachange_operator.core.content import Content
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.revert import FIELD
from schemachange_operator.core.sources import config_maps_named, resolve
from schemachange_operator.core.sql.content_check import ContentProblem


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
    change: SchemaChange | None = None
    """The manifest, where it has its shape."""
    file: str = ""
    """The file that it was read from."""
    findings: tuple[Finding, ...] = ()
    """What was remarkable when it was read."""

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """Rules that the manifest waives."""
        return self.change.spec.waivers if self.change else ()

    @property
    def compatibility(self) -> str:
        """What the manifest says of the running application."""
        return (self.change.spec.compatibility or "") if self.change else ""

    @property
    def reverts(self) -> str:
        """The change that it undoes, where it undoes one."""
        original = self.change.spec.revert_of if self.change else None
        return original.name if original else ""

    def field(self, step: str) -> str:
        """The path of a step's SQL."""
        if self.reverts:
            return FIELD
        return "spec.migration.sql" if self.one_step else f"spec.migration.steps[{step}].sql"


def manifest_sources(file: Path, documents: tuple[Document, ...]) -> tuple[Source, ...]:
    """All SchemaChanges of a manifest, those first that others of the file depend on."""
    changes = [_change(document, documents, file) for document in documents if document.kind == "SchemaChange"]
    return tuple(_in_order(changes))


def _in_order(sources: list[Source]) -> Iterator[Source]:
    by_name = {source.name: source for source in sources}
    waiting, done = list(sources), set[str]()
    while waiting:
        ready = (one for one in waiting if not {*_needed(one)} & by_name.keys() - done)
        # Changes that wait for each other come as they stand; the operator says that it is a cycle.
        chosen = next(ready, waiting[0])
        waiting.remove(chosen)
        done.add(chosen.name)
        yield chosen


def _needed(source: Source) -> Iterator[str]:
    yield from source.change.spec.waits_for if source.change else ()


def not_yaml(file: Path, error: yaml.YAMLError) -> Source:
    """A source that says where a file is no YAML."""
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    what = (error.problem if isinstance(error, yaml.MarkedYAMLError) else None) or "it cannot be read"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = ContentProblem("", f"It is not YAML: {what} at line {line}, column {column}.", line, column)
    return Source(file.stem, "", "", None, False, Places(TextPlace(str(file))), (problem,), file=str(file))


def _change(document: Document, beside: Iterable[Document], file: Path) -> Source:
    metadata = document.value.get("metadata")
    members = {"namespace": "", **(metadata if isinstance(metadata, dict) else {})}
    name, namespace = str(members.get("name") or file.stem), str(members["namespace"])
    places = Places(document.whole, document.texts)
    try:
        change = SchemaChange.model_validate({**document.value, "metadata": {**members, "name": name}, "status": {}})
    except ValidationError as error:
        return Source(name, namespace, "", None, False, places, tuple(_invalid(error)), file=str(file))
    spec = change.spec
    maps = _config_maps(config_maps_named(spec), beside, file)
    texts = {config_map: _data(map_document) for config_map, map_document in maps.items()}
    # Another change's content comes later, when all files are read.
    content, problems = (None, ()) if spec.revert_of else resolve(spec, texts)
    shape = [ContentProblem(problem.field, problem.message) for problem in problems] or list(_shape(change))
    return Source(
        name,
        namespace,
        spec.why,
        None if shape else content,
        spec.migration is not None and spec.migration.steps is None,
        Places(document.whole, {**document.texts, **dict(_elsewhere(document.texts, document.value, maps))}),
        tuple(shape),
        change=change,
        file=str(file),
    )


def _invalid(error: ValidationError) -> Iterator[ContentProblem]:
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in one["loc"]).lstrip(".")
        yield ContentProblem(path, one["msg"])


def _shape(change: SchemaChange) -> Iterator[ContentProblem]:
    """What the API server refuses by the rules of the kind, as far as the content depends on it."""
    migration, revert_of = change.spec.migration, change.spec.revert_of
    if (migration is None) == (revert_of is None):
        yield ContentProblem("spec", "Give exactly one of migration, revertOf.")
    if migration is None:
        return
    if sum(member is not None for member in (migration.sql, migration.sql_from, migration.steps)) != 1:
        yield ContentProblem("spec.migration", "Give exactly one of sql, sqlFrom, steps.")
    for step in migration.steps or ():
        path = f"spec.migration.steps[{step.name}]"
        if sum(member is not None for member in (step.sql, step.sql_from, step.backfill, step.quarantine)) != 1:
            yield ContentProblem(path, "Give exactly one of sql, sqlFrom, backfill, quarantine.")
        undo = step.rollback
        if (undo is None) != (step.quarantine is not None):
            yield ContentProblem(path, "A step needs its rollback; that of a quarantine is written by the operator.")
        if undo and sum(member is not None for member in (undo.sql, undo.sql_from, undo.not_needed, undo.irreversible)) != 1:
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
