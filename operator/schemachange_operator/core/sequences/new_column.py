"""A new column's definition, taken apart; the sequence that numbers its rows."""

from dataclasses import dataclass, field

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import constraints, default_of, is_serial, name_of
from schemachange_operator.core.sequences.names import chosen
from schemachange_operator.core.sequences.offer import step
from schemachange_operator.core.sequences.writing import actions, alter, named_like, quoted, ranged, type_name
from schemachange_operator.core.sql.grammar import Tree

_ATTRIBUTES = {
    "CONSTR_ATTR_DEFERRABLE": {"deferrable": True},
    "CONSTR_ATTR_DEFERRED": {"deferrable": True, "initdeferred": True},
    "CONSTR_ATTR_NOT_ENFORCED": {"is_enforced": False},
}
_NUMBERS = {
    "serial": "int4",
    "serial4": "int4",
    "bigserial": "int8",
    "serial8": "int8",
    "smallserial": "int2",
    "serial2": "int2",
}


@dataclass
class NewColumn:
    """The constraints of a column's definition, by what adding them later takes."""

    plain: list[Tree] = field(default_factory=list)
    """DEFAULT, NOT NULL, NULL and NOT ENFORCED ones: free with a constant default."""
    checks: list[Tree] = field(default_factory=list)
    references: list[Tree] = field(default_factory=list)
    keys: list[Tree] = field(default_factory=list)
    """UNIQUE and PRIMARY KEY."""
    has_default: bool = False

    def inline_reference(self, filled: str) -> bool:
        """Whether a foreign key may stay in the definition: no row has a value to be looked up, nor gets one."""
        return not self.has_default and not filled


def read_column(tree: Tree) -> NewColumn:
    """Take a definition apart. Attributes such as DEFERRABLE, which the grammar leaves loose, go to their constraint."""
    found, whole = NewColumn(has_default=default_of(tree) is not None), list[Tree]()
    for one in constraints(tree):
        if one["contype"] in _ATTRIBUTES and whole:
            whole[-1] = {**whole[-1], **_ATTRIBUTES[one["contype"]]}
        elif not one["contype"].startswith("CONSTR_ATTR"):
            whole.append(one)
    for one in whole:
        match one["contype"]:
            case "CONSTR_CHECK" if one.get("is_enforced"):
                found.checks.append(one)
            case "CONSTR_FOREIGN":
                found.references.append(one)
            case "CONSTR_UNIQUE" | "CONSTR_PRIMARY":
                found.keys.append(one)
            case "CONSTR_IDENTITY":
                pass
            case _:
                found.plain.append(one)
    return found


@dataclass(frozen=True)
class Numbering:
    """The sequence of a serial column; of an identity column until it has its own."""

    name: str
    create: str
    own: str
    next_value: str
    type_name: Tree
    identity: Tree | None


def sequence_for(place: Place, tree: Tree) -> Numbering:
    """The sequence that a column needs while its rows are filled."""
    relation, column = place.tree["relation"], tree["colname"]
    identity = next((one for one in constraints(tree) if one["contype"] == "CONSTR_IDENTITY"), None)
    kind = tree["type_name"]
    if is_serial(tree):
        base = _NUMBERS[name_of(kind["names"])]
        kind = {**kind, "names": [{"string": {"sval": "pg_catalog"}}, {"string": {"sval": base}}]}
    name = named_like(relation, chosen(place, place.table, [column], "numbers" if identity else "seq"))
    literal = "'" + name.replace("'", "''") + "'"
    return Numbering(
        name=name,
        create=f"CREATE SEQUENCE {name} AS {type_name(kind)}",
        own=f"ALTER SEQUENCE {name} OWNED BY {ranged(relation)}.{quoted(column)}",
        next_value=f"nextval({literal})",
        type_name=kind,
        identity=identity,
    )


def identity_swap(place: Place, column: str, numbers: Numbering) -> ContentStep:
    """The step that gives a filled column its own identity in place of the sequence, and goes on with its numbers."""
    name = quoted(column)
    command = {
        "subtype": "AT_AddIdentity",
        "name": column,
        "def": {"constraint": numbers.identity},
        "behavior": "DROP_RESTRICT",
    }
    own = f"pg_get_serial_sequence('{ranged(place.tree['relation'])}', '{column}')".replace("\\", "\\\\")
    default = f"{alter(place)} ALTER COLUMN {name} SET DEFAULT {numbers.next_value}"
    return step(
        "identity",
        f"{alter(place)} ALTER COLUMN {name} DROP DEFAULT",
        # pg_get_serial_sequence would answer with this one.
        f"ALTER SEQUENCE {numbers.name} OWNED BY NONE",
        actions(place, [command]),
        f"SELECT setval({own}, {numbers.next_value})",
        f"DROP SEQUENCE {numbers.name}",
        undo=(f"{alter(place)} ALTER COLUMN {name} DROP IDENTITY", numbers.create, default, numbers.own),
    )
