"""`make demo`: the ten examples in one shop whose client never rests, with live progress and a summary."""
