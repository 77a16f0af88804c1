"""Offers, tried by the product's own code in a throw-away server whose database is made by hand."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from postgres.support.planning import cleared
from schemachange_operator.api.database import Connection
from schemachange_operator.core.catalog_facts import CatalogFacts, catalog_facts
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.plan import SafeSequence, TableSize
from schemachange_operator.core.rules.judging import findings
from schemachange_operator.core.rules.rule import steps_of
from schemachange_operator.core.sequences.offer import Offered
from schemachange_operator.core.sequences.offering import offered
from schemachange_operator.core.task import ChangeIdentity, RunRequest
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.runner.analysis.facts import Facts
from schemachange_operator.runner.environment import Environment, Folders
from schemachange_operator.runner.output import Output
from schemachange_operator.runner.rehearsal.offers import BEFORE, TRIED, keep_before, try_offers
from schemachange_operator.runner.rehearsal.player import Player
from schemachange_operator.runner.rehearsal.server import DATABASE, LOGIN, SUPERUSER, connect
from testcluster.servers import Server

OWNER = "app_owner"
SHOP = Path(__file__).with_name("sequences_shop.sql")
FILES = "SELECT c.oid::regclass::text AS name, relfilenode AS file FROM pg_class c WHERE relkind = 'r' AND oid >= 16384"


@dataclass
class Trying:
    """A throw-away server with the shop, as a rehearsal would have built it."""

    server: Server
    catalog: CatalogFacts

    def environment(self, content: Content) -> Environment:
        """What the runner is given."""
        request = RunRequest.model_validate(
            {
                "task": "plan",
                "change": ChangeIdentity(uid="a", namespace="shop", name="change"),
                "connection": Connection(host="unused", database="unused", secret_name="unused"),
                "migration_role": OWNER,
                "search_path": ("public",),
                "content_digest": content.digest(),
            }
        )
        folders = Folders(rehearsal=self.server.data.parent, rehearsal_port=self.server.port)
        return Environment(request, content, None, folders, Output(io.StringIO()))

    def offers(self, example: str) -> tuple[Content, tuple[Offered, ...]]:
        """A change of an example's steps, and what is offered for it; every table counts as large."""
        steps = (
            ContentStep(name=f"given-{number}", sql=one, undo=Undo(not_needed="a test"))
            for number, one in enumerate(steps_of(example), 1)
        )
        content = Content(steps=tuple(steps))
        return content, offered(content, self.catalog, findings(content, self.catalog))

    def try_all(self, example: str) -> tuple[tuple[Offered, ...], tuple[SafeSequence, ...]]:
        """The offers for an example, tried."""
        content, offers = self.offers(example)
        environment = self.environment(content)
        facts = Facts.model_construct(owner=OWNER, offers=offers)
        keep_before(environment, facts)
        return offers, try_offers(environment, facts)

    def play(self, steps: Sequence[ContentStep], content: Content) -> None:
        """Run steps in a fresh copy of the shop."""
        with psycopg.connect(self.server.url(), autocommit=True) as session:
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(TRIED)))
            session.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*map(sql.Identifier, (TRIED, DATABASE, OWNER)))
            )
        player = Player(self.environment(content), TRIED)
        for step in steps:
            player.play(step)

    def session(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """A session in the copy that was played in last."""
        return psycopg.connect(self.server.url(TRIED), autocommit=True)

    def files(self, database: str) -> dict[str, int]:
        """Tables and the files that hold them."""
        with closing(psycopg.connect(self.server.url(database), autocommit=True)) as session:
            return dict(session.execute(FILES).fetchall())

    def rewritten(self) -> set[str]:
        """Tables that the last offer wrote anew."""
        after = self.files(TRIED)
        return {name for name, file in self.files(BEFORE).items() if after.get(name, file) != file}


@contextmanager
def shop_to_try(server: Server) -> Iterator[Trying]:
    """The shop in the database of a rehearsal."""
    with cleared(server) as empty:
        with psycopg.connect(empty.url(), autocommit=True) as session:
            for role, words in ((OWNER, "NOLOGIN"), (LOGIN, "LOGIN")):
                session.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), sql.SQL(words)))
            session.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(OWNER), sql.Identifier(LOGIN)))
            session.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
        trying = Trying(empty, CatalogFacts())
        with closing(connect(trying.environment(Content(steps=())), SUPERUSER)) as session:
            session.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
            with session.transaction():
                session.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
                session.execute("SET LOCAL search_path = public")
                session.execute(SHOP.read_text())
            snapshot = take_snapshot(session)
        tables = [*snapshot["table"], *(name for name, view in snapshot["view"].items() if view["kind"] == "m")]
        sizes = [TableSize(relation=name, rows=1_000_000, bytes=2**30) for name in tables]
        trying.catalog = catalog_facts(snapshot, sizes, f"{empty.major}.0", ("public",), "Europe/Berlin")
        yield trying
