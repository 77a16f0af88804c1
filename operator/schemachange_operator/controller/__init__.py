"""The operator's process: watches, the work queue, workers, the Lease, probes. What is decided is the core's."""
