"""What other changes look like, as last seen: enough for order, fairness and for knowing whom to wake."""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from schemachange_operator.api.schema_change import SchemaChange
from schemachange_operator.api.vocabulary import Phase
from schemachange_operator.controller.queue import Key
from schemachange_operator.core.world import Sibling

Place = tuple[str, str]
"""Namespace and name of a database."""

ENDED = (Phase.COMPLETED, Phase.ABORTED)


@dataclass
class Cache:
    """Changes in short, by namespace and by database. Thread-safe. Rests on `kube.observe.Siblings`."""

    _changes: dict[Key, Sibling] = field(default_factory=dict)
    _by_namespace: dict[str, set[Key]] = field(default_factory=dict)
    _by_database: dict[Place, set[Key]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def put(self, sibling: Sibling) -> set[Key]:
        """Remember a change; the answer is whom its news concern."""
        key = (sibling.namespace, sibling.name)
        with self._lock:
            before = self._changes.get(key)
            if before == sibling:
                return set()
            if before:
                self._remove(before)
            self._changes[key] = sibling
            self._by_namespace.setdefault(sibling.namespace, set()).add(key)
            self._by_database.setdefault(sibling.database, set()).add(key)
            return self._concerned(sibling)

    def remove(self, key: Key) -> set[Key]:
        """Forget a change that is gone; the answer is whom that concerns."""
        with self._lock:
            before = self._changes.get(key)
            if before is None:
                return set()
            concerned = self._concerned(before)
            self._remove(before)
            return concerned

    def keep_only(self, keys: Iterable[Key]) -> set[Key]:
        """Forget what a full list did not show; the answer is what was forgotten."""
        with self._lock:
            gone = set(self._changes) - set(keys)
            for key in gone:
                self._remove(self._changes[key])
            return gone

    def siblings(self, change: SchemaChange) -> Sequence[Sibling]:
        """Other changes of this namespace and of the same database."""
        own = (change.metadata.namespace, change.metadata.name)
        reference = change.spec.database
        place = (reference.namespace or change.metadata.namespace, reference.name)
        with self._lock:
            keys = self._by_namespace.get(own[0], set()) | self._by_database.get(place, set())
            return tuple(self._changes[key] for key in sorted(keys - {own}))

    def of_database(self, namespace: str, name: str) -> set[Key]:
        """Changes of a database."""
        with self._lock:
            return set(self._by_database.get((namespace, name), set()))

    def of_databases_in(self, namespace: str) -> set[Key]:
        """Changes of all databases of a namespace."""
        with self._lock:
            return {key for place, keys in self._by_database.items() if place[0] == namespace for key in keys}

    def phases(self) -> Counter[str]:
        """How many changes are in which phase."""
        with self._lock:
            return Counter(sibling.phase or Phase.PENDING.value for sibling in self._changes.values())

    def at_risk(self) -> tuple[Sibling, ...]:
        """Changes that left a state which could not be proved."""
        with self._lock:
            return tuple(sibling for sibling in self._changes.values() if sibling.data_at_risk)

    def _concerned(self, sibling: Sibling) -> set[Key]:
        """Changes that have not ended and wait for this one, or share its database; and the one that this one undoes."""
        keys = {key for key in self._by_namespace.get(sibling.namespace, set()) if self._depends(key, sibling.name)}
        keys |= self._by_database.get(sibling.database, set())
        keys.discard((sibling.namespace, sibling.name))
        return {key for key in keys if self._changes[key].phase not in ENDED} | self._undone_by(sibling)

    def _undone_by(self, sibling: Sibling) -> set[Key]:
        """The change that another undoes: it has ended, and says by whom it was undone."""
        key = (sibling.namespace, sibling.reverts)
        return {key} & self._changes.keys()

    def _depends(self, key: Key, name: str) -> bool:
        return name in self._changes[key].depends_on

    def _remove(self, sibling: Sibling) -> None:
        key = (sibling.namespace, sibling.name)
        del self._changes[key]
        _discard(self._by_namespace, sibling.namespace, key)
        _discard(self._by_database, sibling.database, key)


Index = TypeVar("Index")


def _discard(index: dict[Index, set[Key]], place: Index, key: Key) -> None:
    index[place].discard(key)
    if not index[place]:
        del index[place]
