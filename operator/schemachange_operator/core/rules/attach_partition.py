"""ATTACH PARTITION: measured, the partition is read under ACCESS EXCLUSIVE unless a valid CHECK matches; so is the default partition."""

from collections.abc import Iterator

from schemachange_operator.core.bounds_proof import bound_conditions, proved
from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.reading import check_expression
from schemachange_operator.core.rules.rule import Rule
from schemachange_operator.core.sql.grammar import Tree

RULE = Rule(
    id="attach-partition-scans",
    finds="ATTACH PARTITION of a table without a valid CHECK, or beside a default partition",
    effect="the new partition, and the default partition where there is one, are read under ACCESS EXCLUSIVE.",
    recipe="CHECK with the partition's bounds as NOT VALID; validate it in another step; attach; drop the CHECK."
    " The same with the opposite CHECK on the default partition.",
    bad="ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    good="ALTER TABLE events_2026 ADD CONSTRAINT bounds CHECK (at >= '2026-01-01' AND at < '2027-01-01') NOT VALID;\n"
    "-- next step\nALTER TABLE events_2026 VALIDATE CONSTRAINT bounds;\n-- next step\n"
    "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
    lock="AccessExclusive",
)


def check(place: Place) -> Iterator[Hit]:
    """See RULE."""
    for command in place.commands("AT_AttachPartition"):
        part = command["def"]["partition_cmd"]
        if "bound" not in part:
            continue
        partition, facts = place.range_key(part["name"]), place.facts(place.table)
        if place.large(partition) and not _checked(place, partition, facts.partition_key if facts else "", part["bound"]):
            yield Hit(partition, f"no valid CHECK says that all rows of {partition} belong there")
        default = facts.default_partition if facts else ""
        # The opposite CHECK, added and proved by this change, spares the search.
        if default and place.large(default) and not any(table == default for table, _ in place.course.proofs):
            yield Hit(default, f"{default} is searched for rows that belong to {partition}")


def _checked(place: Place, partition: str, key: str, bound: Tree) -> bool:
    """Whether valid CHECKs say what the bounds say; of a parent that is not known, whether there is one at all."""
    checks = list(_valid_checks(place, partition))
    if not key:
        return bool(checks)
    wanted = bound_conditions(key, bound)
    columns = {condition.column for condition in wanted}
    return proved(wanted, checks, [name for name in columns if place.proves_not_null(partition, name)])


def _valid_checks(place: Place, partition: str) -> Iterator[Tree]:
    facts = place.facts(partition)
    for name, one in facts.constraints.items() if facts else ():
        if one.kind == "c" and one.validated and (partition, name) not in place.course.dropped_constraints:
            yield check_expression(one.definition)
    for table, name in place.course.proofs:
        if table == partition and (table, name) in place.course.checks:
            yield place.course.checks[table, name]
        elif table == partition and facts and name in facts.constraints:
            yield check_expression(facts.constraints[name].definition)
