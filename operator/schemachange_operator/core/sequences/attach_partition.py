"""ATTACH PARTITION: its bounds as a CHECK that is proved beforehand; the opposite one on the default partition."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.bounds import bounds_check
from schemachange_operator.core.sequences.names import chosen
from schemachange_operator.core.sequences.offer import PROVEN, Offer, step
from schemachange_operator.core.sequences.writing import actions, alter, dotted, quoted, ranged
from schemachange_operator.core.sql.grammar import Tree

MENDS = ("attach-partition-scans",)


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS."""
    (command,) = place.commands()
    part = command["def"]["partition_cmd"]
    parent = place.facts(place.table)
    condition = bounds_check(parent.partition_key, part["bound"]) if parent else ""
    if not condition:
        return None
    partition = place.range_key(part["name"])
    return with_proofs(
        place,
        part["bound"],
        partition,
        actions(place, [command]),
        (f"{alter(place)} DETACH PARTITION {ranged(part['name'])}",),
    )


def with_proofs(
    place: Place, bound: Tree, partition: str, attach: str, undo: tuple[str, ...], *, created: str = "", parent: str = ""
) -> Offer | None:
    """The steps that prove what attaching needs, attach, and drop the proofs again.

    `created`: the statement that makes the partition in the same step; a table without rows needs no proof.
    """
    facts = place.facts(parent or place.table)
    condition = bounds_check(facts.partition_key, bound) if facts else ""
    proofs = [] if created else [_Proof(place, partition, condition, "bounds")]
    if facts and facts.default_partition:
        if not condition:
            return None
        name = partition.rpartition(".")[2]
        proofs.append(_Proof(place, facts.default_partition, f"NOT ({condition})", f"not_{name}"))
    before = tuple(one for proof in proofs for one in proof.steps())
    after = (step("tidy", proof.drop, undo=(proof.add,)) for proof in proofs)
    return Offer(steps=(*before, step("attach", *filter(None, (created,)), attach, undo=undo), *after))


class _Proof:
    """A CHECK for as long as it is needed."""

    def __init__(self, place: Place, table: str, condition: str, label: str) -> None:
        name = quoted(chosen(place, table, [], label))
        self.add = f"ALTER TABLE {dotted(table)} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID"
        self.drop = f"ALTER TABLE {dotted(table)} DROP CONSTRAINT {name}"
        self._validate = f"ALTER TABLE {dotted(table)} VALIDATE CONSTRAINT {name}"

    def steps(self) -> tuple[ContentStep, ...]:
        return step("check", self.add, undo=(self.drop,)), step("validate", self._validate, undo=PROVEN)
