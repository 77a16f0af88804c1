"""Measurements, not tests: `python -m benchmarks.plan`."""
