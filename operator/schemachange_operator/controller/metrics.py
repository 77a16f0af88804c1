"""What Prometheus can ask."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

PASSES = Counter("schemachange_passes", "Passes over changes, by result.", ["result"], registry=REGISTRY)
PASS_SECONDS = Histogram("schemachange_pass_seconds", "How long a pass takes.", registry=REGISTRY)
QUEUE_DEPTH = Gauge("schemachange_queue_depth", "Changes that wait for a pass.", registry=REGISTRY)
QUEUE_OLDEST = Gauge("schemachange_queue_oldest_seconds", "How long the first of them has waited.", registry=REGISTRY)
LEADER = Gauge("schemachange_leader", "1 on the replica that acts.", registry=REGISTRY)
DATA_AT_RISK = Gauge(
    "schemachange_data_at_risk",
    "1 for each change that left a state which could not be proved; no further change runs on its database.",
    ["namespace", "name", "database"],
    registry=REGISTRY,
)
CHANGES = Gauge("schemachange_changes", "Changes by phase.", ["phase"], registry=REGISTRY)
