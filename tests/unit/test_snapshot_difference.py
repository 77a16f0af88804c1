"""Differences between snapshots, and the part of one that is about some relations."""

import pytest

from schemachange_operator.core.plan import Difference
from schemachange_operator.core.snapshot import SHOWN, Snapshot, about, difference, fingerprint

SHOP: Snapshot = {
    "table": {"shop.orders": {"owner": "ada"}, "shop.customers": {"owner": "ada"}},
    "column": {"shop.orders.id": {"of": "shop.orders", "type": "bigint"}, "shop.customers.id": {"of": "shop.customers"}},
    "view": {"shop.both": {"uses": "shop.customers shop.orders"}},
    "function": {"shop.alone()": {"definition": "x"}},
}


def changed(kind: str, name: str, attributes: dict[str, str] | None) -> Snapshot:
    """The shop with one object given other attributes, or taken away."""
    objects = {key: value for key, value in SHOP[kind].items() if key != name}
    return SHOP | {kind: objects | ({name: attributes} if attributes is not None else {})}


@pytest.mark.parametrize(
    ("after", "change", "attribute", "sentence"),
    [
        (changed("table", "shop.new", {}), "added", "", "table shop.new added"),
        (changed("view", "shop.both", None), "removed", "", "view shop.both removed"),
        (
            changed("table", "shop.orders", {"owner": "eve"}),
            "changed",
            "owner",
            "table shop.orders: owner was ada, is eve",
        ),
        (
            changed("table", "shop.orders", {"owner": "ada", "comment": "x"}),
            "changed",
            "comment",
            "table shop.orders: comment was empty, is x",
        ),
        (changed("table", "shop.orders", {}), "changed", "owner", "table shop.orders: owner was ada, is empty"),
    ],
)
def test_one_difference_is_told(after: Snapshot, change: str, attribute: str, sentence: str) -> None:
    (found,) = difference(SHOP, after)
    assert (found.change, found.attribute, found.sentence()) == (change, attribute, sentence)


def test_equal_snapshots_differ_in_nothing_and_order_does_not_count() -> None:
    assert difference(SHOP, dict(reversed(SHOP.items()))) == ()
    assert difference(SHOP, SHOP | {"index": {}}) == ()


def test_two_new_objects_of_one_name_are_told_apart() -> None:
    one = difference(SHOP, changed("table", "shop.new", {"owner": "ada"}))
    other = difference(SHOP, changed("table", "shop.new", {"owner": "eve"}))
    assert one != other
    assert one == difference(SHOP, changed("table", "shop.new", {"owner": "ada"}))


def test_long_values_are_cut_and_still_told_apart() -> None:
    long = "x" * (SHOWN + 1)

    def to(value: str) -> tuple[Difference, ...]:
        return difference(SHOP, changed("function", "shop.alone()", {"definition": value}))

    assert len(to(long)[0].after) < SHOWN + 40
    assert to(long + "a") != to(long + "b")


@pytest.mark.parametrize(
    ("relation", "names"),
    [
        ("shop.orders", {"shop.orders", "shop.orders.id", "shop.both"}),
        ("shop.customers", {"shop.customers", "shop.customers.id", "shop.both"}),
        ("shop.nothing", set()),
    ],
)
def test_the_part_about_a_relation(relation: str, names: set[str]) -> None:
    assert {name for objects in about(SHOP, [relation]).values() for name in objects} == names


def test_the_fingerprint_changes_with_the_relation_and_with_nothing_else() -> None:
    before = fingerprint(SHOP, ["shop.orders"])
    assert fingerprint(changed("table", "shop.customers", {"owner": "eve"}), ["shop.orders"]) == before
    assert fingerprint(changed("function", "shop.alone()", None), ["shop.orders"]) == before
    assert fingerprint(changed("column", "shop.orders.id", {"of": "shop.orders"}), ["shop.orders"]) != before
    assert fingerprint(changed("view", "shop.both", None), ["shop.orders"]) != before
