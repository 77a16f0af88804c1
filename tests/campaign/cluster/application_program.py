"""The application, in a pod of its own: inserts and updates, each once, and prints the number of each that was acknowledged.

The n-th call is an insert of an order whose amount tells n, or an update of the n-th order that was there from the start, as
long as there are such. A call without an answer is never made again: it may have had its effect or not.
"""

import json
import os
import sys
import time

import psycopg

INSERT = "INSERT INTO orders (customer_id, amount) VALUES (1 + %(n)s %% 1000, 1000000 + %(n)s)"
UPDATE = "UPDATE orders SET amount = amount + 5000000 WHERE id = %(n)s"
BETWEEN = 0.03
"""Seconds."""


def main() -> None:
    """Never end."""
    connection: psycopg.Connection[tuple[object, ...]] | None = None
    number, rows = 0, int(os.environ["ROWS"])
    while True:
        time.sleep(BETWEEN)
        try:
            connection = connection or psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, connect_timeout=5)
        except psycopg.Error:
            continue
        number += 1
        line: dict[str, object] = {"tried": number}
        try:
            connection.execute(UPDATE if number % 2 and number <= rows else INSERT, {"n": number})
            line = {"done": number}
        except psycopg.Error as error:
            line |= {"error": error.sqlstate or "connection"}
            connection.close()
            connection = None
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
