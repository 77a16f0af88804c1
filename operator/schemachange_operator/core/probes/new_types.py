"""ALTER COLUMN TYPE: values that the new type does not take."""

from collections.abc import Iterator

from schemachange_operator.core.probes.duplicates import OWN_CODE
from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.expressions import askable, cast, column, text_of
from schemachange_operator.core.probes.proved import table_facts
from schemachange_operator.core.probes.question import Ask, Computable, Question, Rows, Unaskable
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import read_type, type_of
from schemachange_operator.core.rules.type_change import keeps_all, type_changes
from schemachange_operator.core.sql.grammar import Tree, strings
from schemachange_operator.core.sql.name import of_parts

_LENGTHS = {
    "varchar": "char_length(rtrim({0}::text, ' ')) > {1}",
    "bpchar": "char_length(rtrim({0}::text, ' ')) > {1}",
    "bit": "length({0}) <> {1}",
    "varbit": "length({0}) > {1}",
}
"""Types whose explicit cast cuts what ALTER COLUMN TYPE refuses: only trailing blanks may go."""


def questions(place: Place, earlier: Earlier) -> Iterator[Question]:
    """The questions about values that a change of type raises."""
    facts = table_facts(place, place.table)
    if facts is None:
        return
    free = {change.column for change in type_changes(place) if change.effect == "free"}
    for command in place.commands("AT_AlterColumnType"):
        name, definition = command["name"], command["def"]["column_def"]
        known = facts.columns.get(name)
        if known is None or (place.table, name) in place.course.columns:
            continue
        old, new, using = read_type(known.type), type_of(definition["type_name"]), definition.get("raw_default")
        if using is None and (name in free or (old is not None and keeps_all(old, new))):
            continue
        words = f"values of {name} that {'.'.join(strings(definition['type_name']['names'])[-1:])} does not take"
        yield Question.of(place, place.table, words, _ask(place, earlier, name, definition))


def _ask(place: Place, earlier: Earlier, name: str, definition: Tree) -> Ask:
    using: Tree = definition.get("raw_default") or column(name)
    if not askable(using):
        return Unaskable(OWN_CODE)
    wanted = definition["type_name"]
    base, modifiers, array = type_of(wanted)
    labels = earlier.enums.get(place.key(of_parts(strings(wanted["names"]))))
    if labels is not None and not array:
        return _labels(using, wanted, labels)
    cast_already = "type_cast" in using and type_of(using["type_cast"]["type_name"]) == type_of(wanted)
    if base in _LENGTHS and modifiers and not array and not cast_already:
        return Rows(_LENGTHS[base].format(text_of(using), modifiers[0]))
    return Computable(text_of(using if cast_already else cast(using, wanted)))


def _labels(using: Tree, wanted: Tree, labels: tuple[str, ...]) -> Ask:
    """The enum is not there yet; its labels are."""
    inner = using
    while "type_cast" in inner and type_of(inner["type_cast"]["type_name"]) in {type_of(wanted), ("text", (), False)}:
        inner = inner["type_cast"]["arg"]
    if "column_ref" not in inner:
        return Unaskable("the new type is made by this change")
    quoted = ", ".join("'" + label.replace("'", "''") + "'" for label in labels)
    return Rows(f"{text_of(inner)}::text <> ALL (ARRAY[{quoted}]::text[])")
