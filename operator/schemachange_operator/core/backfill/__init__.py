"""How a backfill goes: how many rows at a time, when it rests, when it holds, what it does about rows that fail. Pure."""
