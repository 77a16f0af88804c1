"""What is foretold from step to step, what a rehearsal is compared with, and that nothing makes it fall over."""

import pytest
from hypothesis import HealthCheck, given, settings

from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content
from schemachange_operator.core.effects import Foretold, foretell
from schemachange_operator.core.effects.comparison import beyond
from schemachange_operator.core.plan import Effect, LockHeld
from schemachange_operator.core.sql.grammar import GrammarError, parse
from unit.rules.support import SHOP
from unit.rules.test_any_text import TEXTS, mutated


def told(*steps: str, catalog: CatalogFacts = SHOP) -> dict[tuple[str, int], Foretold]:
    """What is foretold of a change of these steps."""
    content = [{"name": f"s{number}", "sql": sql, "undo": {"notNeeded": "test"}} for number, sql in enumerate(steps, 1)]
    return foretell(Content.model_validate({"steps": content}), catalog)


def lock(found: Foretold, relation: str) -> str:
    """The lock on one relation."""
    return next((one.lock for one in found.effects if one.relation == relation), "")


def scans(found: Foretold, relation: str) -> bool:
    """Whether it is read whole."""
    return any(one.scans for one in found.effects if one.relation == relation)


def test_without_a_catalog_nothing_is_foretold() -> None:
    assert told("ALTER TABLE orders ADD COLUMN x int", catalog=CatalogFacts()) == {}


def test_a_check_of_an_earlier_step_proves_not_null() -> None:
    found = told(
        "ALTER TABLE orders ADD CONSTRAINT code_set CHECK (code IS NOT NULL) NOT VALID",
        "ALTER TABLE orders VALIDATE CONSTRAINT code_set",
        "ALTER TABLE orders ALTER COLUMN code SET NOT NULL",
    )
    assert [scans(one, "public.orders") for one in found.values()] == [False, True, False]


def test_a_foreign_key_of_an_earlier_step_locks_its_partner_when_it_goes() -> None:
    found = told(
        "CREATE TABLE parcels (id bigint, order_id bigint REFERENCES orders)",
        "ALTER TABLE letters ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES orders NOT VALID",
        "ALTER TABLE letters DROP CONSTRAINT k",
        "DROP TABLE parcels",
    )
    modes = [lock(one, "public.orders") for one in found.values()]
    assert modes == ["ShareRowExclusive", "ShareRowExclusive", "AccessExclusive", "AccessExclusive"]


def test_what_the_change_makes_is_not_told_of() -> None:
    found = told(
        "CREATE TABLE parcels (id bigint PRIMARY KEY)", "ALTER TABLE parcels ADD COLUMN x int", "DROP TABLE parcels"
    )
    assert all(one == Foretold() for one in found.values())


def test_a_renamed_table_has_its_old_name_until_the_step_is_committed() -> None:
    found = told(
        "ALTER TABLE letters RENAME TO notes; ALTER TABLE notes ADD COLUMN x int", "ALTER TABLE notes DROP COLUMN x"
    )
    assert [lock(one, "public.letters") for one in found.values()] == ["AccessExclusive", "AccessExclusive", ""]
    assert lock(found["s2", 1], "public.notes") == "AccessExclusive"


@pytest.mark.parametrize(
    ("foretold", "held", "rewritten", "words"),
    [
        (Foretold(), "", (), []),
        (Foretold(), "Share", (), ["t was locked with Share, foretold was no lock"]),
        (Foretold((Effect(relation="t", lock="Exclusive"),)), "Share", (), []),
        (
            Foretold((Effect(relation="t", lock="Share"),)),
            "Exclusive",
            (),
            ["t was locked with Exclusive, foretold was Share"],
        ),
        (Foretold((Effect(relation="t", lock="Share"),)), "Share", ("t",), ["t was written anew, which was not foretold"]),
        (Foretold((Effect(relation="t", lock="Share", rewrites=True),)), "Share", ("t",), []),
        (Foretold((), "a DO block"), "AccessExclusive", ("t",), []),
    ],
)
def test_more_than_foretold(foretold: Foretold, held: str, rewritten: tuple[str, ...], words: list[str]) -> None:
    locks = [LockHeld(relation="t", mode=held), LockHeld(relation="new", mode="AccessExclusive")] if held else []
    assert list(beyond(foretold, locks, (*rewritten, "new"), {"t"})) == words


def test_no_text_of_the_rules_has_a_shape_that_is_not_known() -> None:
    found = [one.opaque for text in TEXTS for one in told(text).values()]
    assert len(found) > len(TEXTS)
    assert not [words for words in found if "not known" in words or "nothing is known" in words]


@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_a_mutation_is_foretold_without_a_fall(text: str) -> None:
    try:
        parsed = parse(text)
    except GrammarError:
        return
    if parsed:
        assert len(told(text)) == len(parsed)
