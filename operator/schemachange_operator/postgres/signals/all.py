"""Every signal there is."""

from schemachange_operator.postgres.signals.archiver import Archiver
from schemachange_operator.postgres.signals.disk import Disk
from schemachange_operator.postgres.signals.kept_by_slots import KeptBySlots
from schemachange_operator.postgres.signals.latency import Latency
from schemachange_operator.postgres.signals.own_query import OwnQuery
from schemachange_operator.postgres.signals.replica_lag import ReplicaLag
from schemachange_operator.postgres.signals.requested_checkpoints import RequestedCheckpoints
from schemachange_operator.postgres.signals.signal import Signal
from schemachange_operator.postgres.signals.unarchived import Unarchived
from schemachange_operator.postgres.signals.vacuum import Vacuum
from schemachange_operator.postgres.signals.waiting_sessions import WaitingSessions


def all_signals() -> tuple[Signal, ...]:
    """Anew for each run: some remember what they saw."""
    return (
        ReplicaLag(), KeptBySlots(), Unarchived(), Archiver(), RequestedCheckpoints(), WaitingSessions(), Latency(), Disk(),
        Vacuum(), OwnQuery(),
    )  # fmt: skip
