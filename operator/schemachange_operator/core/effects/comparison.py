"""What a rehearsal saw against what was foretold: more than that stops the change."""

from collections.abc import Container, Iterable, Iterator

from schemachange_operator.core.effects.found import Foretold
from schemachange_operator.core.plan import LOCK_ORDER, LockHeld
from schemachange_operator.core.snapshot import Snapshot

_RELATIONS = ("table", "view", "index", "sequence")


def relations_of(snapshot: Snapshot) -> frozenset[str]:
    """Every relation that a snapshot has."""
    return frozenset(name for kind in _RELATIONS for name in snapshot.get(kind, {}))


def beyond(foretold: Foretold, held: Iterable[LockHeld], rewritten: Iterable[str], existed: Container[str]) -> Iterator[str]:
    """In words: each lock that is stronger than foretold, and each rewrite that was not foretold.

    Only of relations that existed before the change, and nothing where the statement is opaque.
    """
    if foretold.opaque:
        return
    told = {one.relation: one for one in foretold.effects}
    for lock in held:
        expected = told[lock.relation].lock if lock.relation in told else ""
        if lock.relation in existed and LOCK_ORDER.index(lock.mode) > LOCK_ORDER.index(expected):
            yield f"{lock.relation} was locked with {lock.mode}, foretold was {expected or 'no lock'}"
    for relation in rewritten:
        if relation in existed and not (relation in told and told[relation].rewrites):
            yield f"{relation} was written anew, which was not foretold"
