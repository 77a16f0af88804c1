"""Three verdicts on what a rollback leaves."""

import pytest

from schemachange_operator.core.plan import Difference
from schemachange_operator.core.snapshot import fingerprint
from schemachange_operator.core.verdict import judge


def changed(kind: str, attribute: str, before: str = "a", after: str = "b") -> Difference:
    return Difference(kind=kind, name="public.x", change="changed", attribute=attribute, before=before, after=after)


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (changed("column", "rank"), "residue"),
        (changed("column", "default"), "differences"),
        (changed("table", "rank"), "differences"),
        (changed("physical", "statistics"), "residue"),
        (Difference(kind="physical", name="public.x", change="removed"), "residue"),
        (Difference(kind="column", name="public.x.rank", change="added"), "differences"),
        (changed("extension", "version"), "irreversible"),
        (changed("extension", "schema"), "differences"),
        (changed("type", "labels", "'a' 'b'", "'a' 'new' 'b'"), "irreversible"),
        (changed("type", "labels", "'a' 'b'", "'b' 'a' 'new'"), "differences"),
        (changed("type", "labels", "'a' 'b'", "'a'"), "differences"),
        (changed("type", "labels", "'it''s'", "'it''s' 'b c'"), "irreversible"),
    ],
)
def test_each_difference_has_one_verdict(one: Difference, verdict: str) -> None:
    found = judge([one])
    assert {name: getattr(found, name) for name in ("differences", "residue", "irreversible")} == {
        "differences": (),
        "residue": (),
        "irreversible": (),
    } | {verdict: (one,)}


def test_residue_does_not_void_a_plan() -> None:
    def mark(**attributes: str) -> str:
        return fingerprint({"column": {"public.t.a": {"of": "public.t", **attributes}}}, ["public.t"])

    assert mark(rank="1", type="int") == mark(rank="2", type="int")
    assert mark(rank="1", type="int") != mark(rank="1", type="text")
