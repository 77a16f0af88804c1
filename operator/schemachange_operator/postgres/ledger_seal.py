"""A seal on the ledger while somebody else's SQL runs in our transaction.

The login may write the ledger, and SQL in a DO block can get back to the login (RESET ROLE) and to its own role again
without a trace. So the seal tells whether anything of the ledger was written or defined anew in between.
"""

from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session


def seal(session: Session) -> str:
    """How the ledger stands in this transaction. The session is the login, and its search_path is ours."""
    row = session.execute(query("ledger_seal")).fetchone()
    if row is None:
        raise RuntimeError("the ledger has no seal")
    value: str = row["seal"]
    return value
