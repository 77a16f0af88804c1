"""What is offered for a statement: the steps, their rollbacks, and nothing that a rule still finds."""

import pytest
import yaml

from schemachange_operator.api.migration import Step
from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.sequences import recipes
from schemachange_operator.core.sequences.forms import safe_sequence
from schemachange_operator.core.sequences.offer import Offered
from schemachange_operator.core.sequences.offering import MOST, offered
from schemachange_operator.core.sql.content_check import check_content
from unit.rules.support import SHOP, UNKNOWN, content, found
from unit.rules.test_cases import HAZARDS

MENDED = [known.rule for known in known_rules() if any(known.rule.id in recipe.mends for recipe in recipes())]

AFTER_ALL = {
    "add-column-generated": {"create-trigger"},
    "add-column-required": {"new-column-required-later"},
    "change-column-type": {"create-trigger", "disable-trigger", "drop-column", "rename-column"},
    "change-column-time-zone": {"create-trigger", "disable-trigger", "drop-column", "rename-column"},
    "drop-locks-partner": {"drop-constraint", "drop-locks-partner", "drop-table"},
    "rename-column": {"create-trigger"},
}
"""What the rules find in an offer all the same: short locks, and what the statement itself asks for."""
NOTHING = {"write-without-where"}
"""Rules whose own bad example has no offer: a DELETE."""


def offers(example: str, facts: CatalogFacts = SHOP) -> tuple[Offered, ...]:
    return offered(content(example), facts, found(example, facts))


def sql(example: str, facts: CatalogFacts = SHOP) -> list[str]:
    return [safe_sequence(one, with_literals=True).sql for one in offers(example, facts)]


def test_every_recipe_is_for_rules_that_there_are() -> None:
    ids = {known.rule.id for known in known_rules()}
    assert len(recipes()) > 15
    assert [(one.name, rule) for one in recipes() for rule in one.mends if rule not in ids] == []


@pytest.mark.parametrize("rule", [rule for rule in MENDED if rule.id not in NOTHING], ids=lambda rule: rule.id)
def test_the_bad_example_has_an_offer_without_a_hazard(rule) -> None:
    facts = SHOP.model_copy(update={"major": 15})
    one = next(one for one in offers(rule.bad, facts) if rule.id in (one.rule, *one.also))
    _, _, left = " ".join(one.offer.asks).partition("The rules still find in it: ")
    assert set(filter(None, left.partition(".")[0].split(", "))) == AFTER_ALL.get(rule.id, set())


@pytest.mark.parametrize("rule", MENDED, ids=lambda rule: rule.id)
@pytest.mark.parametrize("facts", [SHOP, UNKNOWN], ids=["known", "unknown"])
def test_an_offer_can_be_pasted(rule, facts) -> None:
    for one in offers(rule.bad, facts):
        text = safe_sequence(one, with_literals=True).yaml
        for step in yaml.safe_load(text)["steps"]:
            Step.model_validate(step)
        problems = check_content(Content(steps=one.offer.steps))
        assert [p for p in problems if "rollback" not in p.field and "<the value" not in text] == []


SHOWN: tuple[tuple[str, str], ...] = (
    (
        'ALTER TABLE IF EXISTS ONLY public.orders ALTER "note" SET NOT NULL',
        "ALTER TABLE IF EXISTS ONLY public.orders ADD CONSTRAINT orders_note_set CHECK (note IS NOT NULL) NOT VALID;\n"
        "-- next step\nALTER TABLE IF EXISTS ONLY public.orders VALIDATE CONSTRAINT orders_note_set;\n-- next step\n"
        "ALTER TABLE IF EXISTS ONLY public.orders ALTER COLUMN note SET NOT NULL;\n"
        "ALTER TABLE IF EXISTS ONLY public.orders DROP CONSTRAINT orders_note_set;",
    ),
    (
        'ALTER TABLE orders ADD COLUMN a int, ADD CHECK (a > 0), ADD COLUMN "B" text, ADD CHECK (a < 9)',
        'ALTER TABLE orders ADD COLUMN a int, ADD COLUMN "B" text;\n-- next step\n'
        "ALTER TABLE orders ADD CONSTRAINT orders_a_check CHECK (a > 0) NOT VALID;\n-- next step\n"
        "ALTER TABLE orders VALIDATE CONSTRAINT orders_a_check;\n-- next step\n"
        "ALTER TABLE orders ADD CONSTRAINT orders_a_check1 CHECK (a < 9) NOT VALID;\n-- next step\n"
        "ALTER TABLE orders VALIDATE CONSTRAINT orders_a_check1;",
    ),
    (
        "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers ON DELETE SET NULL DEFERRABLE",
        "ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers"
        " ON DELETE SET NULL DEFERRABLE NOT VALID;\n-- next step\n"
        "ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_fkey;",
    ),
    ("CREATE INDEX ON orders (lower(note))", "CREATE INDEX CONCURRENTLY orders_lower_idx ON orders USING btree (lower(note));"),
    ("DROP INDEX orders_note_index, orders_placed_index",
     "DROP INDEX CONCURRENTLY orders_note_index;\n-- next step\nDROP INDEX CONCURRENTLY orders_placed_index;"),
    ("UPDATE orders o SET note = o.code WHERE o.total > 1.5",
     "-- a backfill of orders, in batches beside the application:\n--   set note = orders.code\n"
     "--   where (orders.total > 1.5) AND (note IS DISTINCT FROM (orders.code))"),
)  # fmt: skip


@pytest.mark.parametrize(("statement", "expected"), SHOWN)
def test_the_steps_are_of_the_statement_s_own_names_and_options(statement: str, expected: str) -> None:
    assert sql(statement) == [expected]


NONE = (
    "UPDATE orders SET quantity = quantity + 1",
    "UPDATE orders SET note = c.name FROM customers c WHERE c.id = orders.customer_id",
    "UPDATE orders SET token_text = gen_random_uuid()::text",
    "DROP INDEX orders_note_index CASCADE",
    "REFRESH MATERIALIZED VIEW order_totals WITH NO DATA",
    "DO $$ BEGIN CREATE INDEX i ON orders (note); END $$",
    "TRUNCATE orders",
    "ALTER TABLE events ATTACH PARTITION events_2026 DEFAULT",
)


@pytest.mark.parametrize("statement", NONE)
def test_nothing_is_offered_where_it_would_be_something_else(statement: str) -> None:
    assert found(statement)
    assert sql(statement) == []


def test_an_index_that_a_do_block_makes_is_not_replaced() -> None:
    assert offers("DO $$ BEGIN EXECUTE 'CREATE INDEX i ON orders (note)'; END $$") == ()


def test_names_do_not_meet_those_of_the_change() -> None:
    change = "ALTER TABLE orders ALTER note SET NOT NULL;\n-- next step\nALTER TABLE customers ALTER name SET NOT NULL"
    first, second = offers(change)
    assert [one.name for one in first.offer.steps] == ["check", "validate", "require"]
    assert (first.step, second.step) == ("step-1", "step-2")
    others = Content(
        steps=tuple(
            one.model_copy(update={"name": name}) for one, name in zip(content(change).steps, ("check", "a"), strict=True)
        )
    )
    (named, _) = offered(
        others, SHOP, [f.model_copy(update={"step": "check" if f.step == "step-1" else "a"}) for f in found(change)]
    )
    assert [one.name for one in named.offer.steps] == ["check-2", "validate", "require"]


def test_a_waived_finding_has_no_offer() -> None:
    statement = "ALTER TABLE orders ALTER note SET NOT NULL"
    waived = [one.model_copy(update={"waived": "a few rows"}) for one in found(statement)]
    assert waived
    assert offered(content(statement), SHOP, waived) == ()


def test_there_are_at_most_so_many() -> None:
    many = "\n".join(f"CREATE INDEX i{number} ON orders (note);" for number in range(MOST + 20))
    assert len(offers(many)) == MOST


def test_the_statements_around_it_are_spoken_of() -> None:
    (one,) = offers("CREATE TABLE a (id bigint PRIMARY KEY);\nALTER TABLE orders ALTER note SET NOT NULL;")
    assert "The statements before it stay in step step-1" in " ".join(one.offer.asks)


@pytest.mark.parametrize("facts", [SHOP, UNKNOWN], ids=["known", "unknown"])
def test_every_hazard_that_the_rules_are_tested_with_can_be_asked_for_an_offer(facts: CatalogFacts) -> None:
    made = [one for _, example in HAZARDS for one in offers(example, facts)]
    assert len(made) > 15
    assert [one for one in made if not one.offer.steps or not safe_sequence(one).sql or not safe_sequence(one).yaml] == []
