"""ATTACH PARTITION and CREATE TABLE … PARTITION OF: rows outside of the bounds, and the default partition's rows within."""

from collections.abc import Iterator

from schemachange_operator.core.partition_bounds import belonging
from schemachange_operator.core.probes.earlier import Earlier
from schemachange_operator.core.probes.proved import table_facts
from schemachange_operator.core.probes.question import Ask, Question, Rows, Unaskable
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import Tree


def questions(place: Place, _earlier: Earlier) -> Iterator[Question]:
    """The questions about partitions' rows that a statement raises."""
    for command in place.commands("AT_AttachPartition"):
        part = command["def"].get("partition_cmd", {})
        if part.get("bound"):
            yield from _about(place, place.table, place.range_key(part["name"]), part["bound"])
    if place.node == "create_stmt" and place.tree.get("partbound"):
        parent = place.range_key(place.tree["inh_relations"][0]["range_var"])
        yield from _about(place, parent, "", place.tree["partbound"])


def _about(place: Place, parent: str, partition: str, bound: Tree) -> Iterator[Question]:
    facts = table_facts(place, parent)
    if facts is None or bound.get("is_default"):
        return
    condition = belonging(facts.partition_key, bound)
    if partition and table_facts(place, partition):
        words = f"rows of {partition} outside of the bounds that it is to have in {parent}"
        yield Question.of(place, partition, words, _ask(condition, "({}) IS NOT TRUE"))
    if facts.default_partition and table_facts(place, facts.default_partition):
        words = f"rows of {facts.default_partition} that belong to the new partition of {parent}"
        yield Question.of(place, facts.default_partition, words, _ask(condition, "({}) IS TRUE"))


def _ask(condition: str, frame: str) -> Ask:
    return Rows(frame.replace("{}", condition)) if condition else Unaskable("the bounds could not be read")
