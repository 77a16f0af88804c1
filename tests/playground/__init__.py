"""A shop to play in: Postgres with data, people, a client that never rests, and the operator, on a real cluster.

The demo and the cluster tests stand on it. `PYTHONPATH=operator:tests python -m playground prepare` sets it all up.
"""
