"""What the rules say, against servers: every example runs there, and holds, rewrites and fails as its rule claims."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from postgres.support import rules_shop
from postgres.support.database import Database
from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.plan import LOCK_ORDER
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.rule import Rule, steps_of
from schemachange_operator.core.sql.statement import read_statements

RULES = [known.rule for known in known_rules()]
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)

HELD = "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND granted AND relation = ANY (%(before)s)"
FILES = "SELECT oid, relfilenode FROM pg_class WHERE relkind IN ('r', 'm', 'i') AND relnamespace = 'public'::regnamespace"


@pytest.fixture
def shop(database: Database) -> Iterator[Database]:
    rules_shop.build(database)
    yield database


def test_the_facts_that_the_unit_tests_have_are_those_of_a_server(shop: Database) -> None:
    recorded = CatalogFacts.model_validate_json((rules_shop.SHOP.parent / "shop.json").read_text())
    assert set(recorded.relations) > {"public.orders", "public.customer_names"}
    assert _told_by_all(rules_shop.facts(shop)) == _told_by_all(recorded)


def _told_by_all(facts: CatalogFacts) -> CatalogFacts:
    """Without what servers write differently: columns in views carry their table up to 15, and 17 has one more right."""
    plain = {name: one.model_copy(update={"acl": re.sub(r"m(?=/)", "", one.acl)}) for name, one in facts.relations.items()}
    views = {
        name: one.model_copy(update={"definition": _unqualified(one.definition)}) for name, one in facts.ties.views.items()
    }
    return facts.model_copy(update={"relations": plain, "ties": facts.ties.model_copy(update={"views": views})})


def _unqualified(query: str) -> str:
    return re.sub(r"\b\w+\.(?=\w)", "", query)


def _run(database: Database, example: str) -> tuple[str, bool]:
    """The strongest lock on a table that existed before, and whether a file was written anew."""
    before = {row["oid"]: row["relfilenode"] for row in database.query(FILES)}
    tables = [
        row["oid"]
        for row in database.query("SELECT oid FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'm', 'v', 'f')")
    ]
    modes: list[str] = []
    for step in steps_of(example):
        statements = read_statements(step)
        if not all(statement.transactional for statement in statements):
            (alone,) = statements
            database.superuser.execute(alone.text)
            continue
        with database.superuser.transaction():
            for statement in statements:
                database.superuser.execute(statement.text)
            modes += [row["mode"].removesuffix("Lock") for row in database.query(HELD, {"before": tables})]
    after = {row["oid"]: row["relfilenode"] for row in database.query(FILES)}
    return max(modes, key=LOCK_ORDER.index, default=""), any(after.get(oid, file) != file for oid, file in before.items())


@EACH
def test_the_bad_example_does_what_the_rule_claims(rule: Rule, shop: Database) -> None:
    if shop.server.major < rule.since:
        with pytest.raises(psycopg.errors.SyntaxError):
            _run(shop, rule.bad)
        return
    if rule.fails:
        with pytest.raises(psycopg.Error):
            _run(shop, rule.bad)
        return
    if rule.id == "foreign-key-not-valid-partitioned" and shop.server.major < 18:
        with pytest.raises(psycopg.errors.WrongObjectType):
            _run(shop, rule.bad)
        return
    lock, rewrites = _run(shop, rule.bad)
    if rule.lock:
        assert lock == rule.lock
    assert rewrites == rule.rewrites


@EACH
def test_the_good_example_runs_and_writes_no_table_anew(rule: Rule, shop: Database) -> None:
    _, rewrites = _run(shop, rule.good)
    # REINDEX and REFRESH write a new file beside the old one whichever way, and a swap of it blocks nobody.
    assert not rewrites or rule.id in {"reindex-blocks"}
