"""Waiting for what a server shows, without sleeping for a guessed time."""

from postgres.support.database import Database


def wait_for(database: Database, query: str, looks: int = 3000) -> None:
    """Look until the query answers a row; the pause between two looks is the server's."""
    for _ in range(looks):
        if database.query(query):
            return
        database.query("SELECT pg_sleep(0.01)")
    raise AssertionError(f"in vain: {query}")
