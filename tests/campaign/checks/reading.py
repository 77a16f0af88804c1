"""Reading a database plainly: rows, and the catalog as text."""

import hashlib
import os
import re
import subprocess
from typing import Any

from psycopg import Connection

Session = Connection[dict[str, Any]]


def rows(session: Session, text: str, *parameters: object) -> list[dict[str, Any]]:
    """What a query answers."""
    return session.execute(text, parameters or None).fetchall()


def has_ledger(session: Session) -> bool:
    """Whether there is a ledger."""
    return bool(rows(session, "SELECT to_regclass('schemachange.entry') IS NOT NULL AS there")[0]["there"])


def catalog(url: str) -> str:
    """The schema as pg_dump writes it, without the ledger and without what is another each time."""
    command = ["pg_dump", "--schema-only", "--exclude-schema=schemachange", f"--dbname={url}"]
    dumped = subprocess.run(command, capture_output=True, check=True, text=True, env={**os.environ, "PGAPPNAME": "checker"})
    lines = [line for line in dumped.stdout.splitlines() if line and not re.match(r"--|\\(un)?restrict ", line)]
    return "\n".join(lines) + "\n"


def sha256(data: bytes) -> bytes:
    """The digest of some bytes."""
    return hashlib.sha256(data).digest()
