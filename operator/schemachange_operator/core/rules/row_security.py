"""Row security and policies: ACCESS EXCLUSIVE, and from then on other rows are seen."""

from collections.abc import Iterator

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import strings

RULE = Rule(
    id="row-security",
    finds="row security switched on or off, policies made, altered or dropped where it is on",
    effect="reads and writes wait for the lock, and from then on roles see other rows than before: without a policy, none.",
    recipe="Create the policies while row security is off, test as the application's role, and switch it on in a step of its own.",
    bad="ALTER TABLE letters ENABLE ROW LEVEL SECURITY;",
    good="CREATE TABLE notes (id bigint PRIMARY KEY);\nALTER TABLE notes ENABLE ROW LEVEL SECURITY;",
    lock="AccessExclusive",
)
_ACTIONS = ("AT_EnableRowSecurity", "AT_DisableRowSecurity", "AT_ForceRowSecurity", "AT_NoForceRowSecurity")


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands(*_ACTIONS):
        yield Hit(place.table, f"{command['subtype'].removeprefix('AT_')} of {place.table}")
    if place.node in {"create_policy_stmt", "alter_policy_stmt"} and _filtered(place, place.table):
        yield Hit(place.table, f"the policy {place.tree['policy_name']} of {place.table}")
    if place.node == "drop_stmt" and place.tree["remove_type"] == "OBJECT_POLICY":
        for item in place.tree["objects"]:
            table = place.parts_key(strings(item["list"]["items"])[:-1])
            if _filtered(place, table):
                yield Hit(table, f"a policy of {table} is dropped")


def _filtered(place: Place, table: str) -> bool:
    """Whether policies have a say there, as far as is known."""
    facts = place.facts(table)
    return place.in_use(table) and (facts is None or facts.row_security)
