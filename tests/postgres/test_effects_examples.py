"""The rules' examples, run as a rehearsal runs them: none does more than is foretold of it, from step to step."""

from collections.abc import Iterator
from contextlib import closing, suppress

import psycopg
import pytest

from postgres.support import rules_shop
from postgres.support.database import Database, fresh_database
from schemachange_operator.core.catalog_facts import catalog_facts
from schemachange_operator.core.content import Content, ContentStep
from schemachange_operator.core.effects import Foretelling, foretell
from schemachange_operator.core.effects.comparison import beyond, relations_of
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.rule import Rule, steps_of
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.rehearsal.observation import LocksSeen, Observer, read_files, rewritten
from testcluster.servers import Server

RULES = [known.rule for known in known_rules()]


@pytest.fixture(scope="session")
def shop(server: Server) -> Iterator[Database]:
    with fresh_database(server) as database:
        yield database


@pytest.mark.parametrize("which", ["bad", "good"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_an_example_does_no_more_than_is_foretold(rule: Rule, which: str, shop: Database) -> None:
    shop.superuser.execute("DROP SCHEMA IF EXISTS public, archive, attic CASCADE; CREATE SCHEMA public")
    shop.superuser.execute("DROP FOREIGN DATA WRAPPER IF EXISTS far CASCADE; DROP PUBLICATION IF EXISTS price_feed, news")
    shop.superuser.execute(f"ALTER SCHEMA public OWNER TO {shop.migration_role}")
    rules_shop.build(shop)
    before = take_snapshot(shop.superuser)
    catalog = catalog_facts(before, (), f"{shop.server.major}.0", ("public",), "UTC")
    steps = [
        {"name": f"s{number}", "sql": text, "undo": {"notNeeded": "test"}}
        for number, text in enumerate(steps_of(getattr(rule, which)), 1)
    ]
    content = Content.model_validate({"steps": steps})
    foretelling = foretell(content, catalog)
    compared = 0
    with closing(shop.another_superuser()) as working, closing(shop.another_superuser()) as watching:
        working.execute("SET timezone = 'UTC'")
        for step in content.steps:
            for number, words in _run(working, watching, step, relations_of(before), foretelling):
                compared += 1
                assert not words, f"{step.name} {number}: {words}"
    # What an old server does not know, or a rule says that it fails, is not run to its end.
    assert compared or rule.fails or shop.server.major < rule.since or shop.server.major < 18


def _run(
    working: Session, watching: Session, step: ContentStep, existed: frozenset[str], foretelling: Foretelling
) -> Iterator[tuple[int, list[str]]]:
    """Each statement that could be run, and in words what it did beyond what is foretold."""
    observer = Observer(watching, working)
    statements = read_statements(step.sql or "")
    files, locks = observer.begin(), LocksSeen()
    if not statements[0].transactional:
        with suppress(psycopg.Error):
            working.execute(statements[0].text)
        # Its locks are gone; the matrix looks while such statements run.
        yield 1, list(beyond(foretelling[step.name, 1], (), rewritten(files, read_files(working)), existed))
        return
    working.execute("BEGIN")
    try:
        for statement in statements:
            working.execute(statement.text)
            held, now = observer.look(), read_files(working)
            told = foretelling[step.name, statement.number]
            yield statement.number, list(beyond(told, held.since(locks), rewritten(files, now), existed))
            files, locks = files | now, held
        working.execute("COMMIT")
    except psycopg.Error:
        # An example may fail, some of them by intent.
        working.execute("ROLLBACK")
