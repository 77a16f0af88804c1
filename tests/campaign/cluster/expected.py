"""The two states that a shop's catalog may have after its change: as it was, and as the plain SQL makes it."""

from dataclasses import dataclass

from psycopg import sql

from campaign.checker import catalog
from campaign.cluster.classes import ChangeClass
from campaign.cluster.pair import PairServer
from playground.shop import Shop


@dataclass(frozen=True)
class Expected:
    """Both, as the checker writes a catalog."""

    before: str
    after: str


def expected(shop: Shop, server: PairServer, kind: ChangeClass) -> Expected:
    """Read one, and make the other in a copy of the shop's database. To be asked while nobody is connected to it."""
    copy = f"{shop.database}_copy"
    with server.session() as session:
        names = [sql.Identifier(name) for name in (copy, shop.database)]
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(names[0]))
        session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    try:
        before = catalog(server.url(copy))
        with server.session(copy) as session:
            session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(shop.owner_role)))
            for statement in statements(kind):
                session.execute(statement.encode())
        return Expected(before, catalog(server.url(copy)))
    finally:
        with server.session() as session:
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(copy)))


def statements(kind: ChangeClass) -> list[str]:
    """The change's SQL, a backfill as one UPDATE; nothing where the change is undone in the end."""
    if not kind.applied:
        return []
    migration = kind.manifest()["spec"]["migration"]
    return [_plainly(piece) for piece in migration.get("steps", [migration])]


def _plainly(piece: dict[str, object]) -> str:
    backfill = piece.get("backfill")
    if not isinstance(backfill, dict):
        return str(piece["sql"])
    return f"UPDATE {backfill['table']} SET {', '.join(f'{column} = {value}' for column, value in backfill['set'].items())}"
