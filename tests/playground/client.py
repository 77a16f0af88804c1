"""The application: reads and writes orders all the while and measures how long each call takes.

Runs in a pod of its own. Prints one JSON line a second: calls so far, failures, worst and mean milliseconds, and which
call was the worst.
"""

import json
import os
import sys
import time

import psycopg

CALLS = (
    ("read", "SELECT id, amount FROM orders WHERE id = %s"),
    ("write", "INSERT INTO orders (customer_id, amount) VALUES (1 + %s %% 1000, 9.99)"),
    ("update", "UPDATE orders SET amount = amount + 0.01 WHERE id = 1 + %s %% 1000"),
)


def main() -> None:
    """Never end; a failed call is counted and the connection made again."""
    calls, failures, spent, worst, worst_call, number, told = 0, 0, 0.0, 0.0, "", 0, time.monotonic()
    last_error, connection = "", None
    while True:
        number += 1
        name, statement = CALLS[number % len(CALLS)]
        begun = time.monotonic()
        try:
            connection = connection or psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, connect_timeout=5)
            connection.execute(statement, (number,))
            calls += 1
        except psycopg.Error as error:
            failures, connection, last_error = failures + 1, None, str(error).splitlines()[0]
        took = (time.monotonic() - begun) * 1000
        spent += took
        if took > worst:
            worst, worst_call = took, name
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            line = {
                "calls": calls, "failures": failures, "worst_ms": round(worst, 1), "worst_call": worst_call,
                "mean_ms": round(spent / max(calls, 1), 2), "last_error": last_error,
            }  # fmt: skip
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
