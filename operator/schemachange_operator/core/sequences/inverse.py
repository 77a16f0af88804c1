"""What undoes a statement, where the statement and the catalog say it."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.offer import UNKNOWN_UNDO
from schemachange_operator.core.sequences.writing import named_like, quoted, ranged
from schemachange_operator.core.sql.grammar import Parsed, Tree


def inverse(one: Parsed, place: Place) -> str:
    """One statement that undoes another; empty where nothing has to be; words that nobody can run where it is not known."""
    tree = one.tree
    if one.node == "alter_table_stmt":
        commands = [item["alter_table_cmd"] for item in reversed(tree["cmds"])]
        undone = [_action(command, place, place.range_key(tree["relation"])) for command in commands]
        if None not in undone:
            kept = [action for action in undone if action]
            return f"ALTER TABLE {ranged(tree['relation'])} {', '.join(kept)}" if kept else ""
    if one.node == "index_stmt" and "idxname" in tree:
        words = "CONCURRENTLY IF EXISTS " if tree.get("concurrent") else ""
        return f"DROP INDEX {words}{named_like(tree['relation'], tree['idxname'])}"
    if one.node == "create_stmt":
        return f"DROP TABLE {ranged(tree['relation'])}"
    if one.node == "create_seq_stmt":
        return f"DROP SEQUENCE {ranged(tree['sequence'])}"
    if one.node == "alter_enum_stmt" and "old_val" not in tree:
        return ""
    return UNKNOWN_UNDO


def _action(command: Tree, place: Place, table: str) -> str | None:
    """The action that undoes an action; empty where nothing has to be, None where it is not known."""
    name = quoted(command["name"]) if command.get("name") else ""
    match command["subtype"]:
        case "AT_AddColumn":
            return f"DROP COLUMN {quoted(command['def']['column_def']['colname'])}"
        case "AT_AddConstraint" if command["def"]["constraint"].get("conname"):
            return f"DROP CONSTRAINT {quoted(command['def']['constraint']['conname'])}"
        case "AT_SetNotNull":
            return f"ALTER COLUMN {name} DROP NOT NULL"
        case "AT_DropNotNull":
            return f"ALTER COLUMN {name} SET NOT NULL"
        case "AT_ColumnDefault":
            return next(_default(place, table, command["name"]), None)
        case "AT_DropConstraint":
            return next(_constraint(place, table, command["name"]), None)
        case "AT_ValidateConstraint":
            return ""
        case _:
            return None


def _default(place: Place, table: str, column: str) -> Iterator[str]:
    facts = place.facts(table)
    if facts and column in facts.columns:
        before = facts.columns[column].default
        yield f"ALTER COLUMN {quoted(column)} {f'SET DEFAULT {before}' if before else 'DROP DEFAULT'}"
    elif (table, column) in place.course.columns:
        yield f"ALTER COLUMN {quoted(column)} DROP DEFAULT"


def _constraint(place: Place, table: str, name: str) -> Iterator[str]:
    facts = place.facts(table)
    if facts and name in facts.constraints:
        yield f"ADD CONSTRAINT {quoted(name)} {facts.constraints[name].definition}"
