"""What the target is asked before a rehearsal: only ever read."""
