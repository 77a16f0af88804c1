"""What tells a backfill to hold: one file for each signal, each reads and none judges."""
