"""A picture of the touched relations: it differs exactly where the fingerprint does."""

import pytest

from schemachange_operator.core.snapshot import Snapshot, difference, fingerprint, picture

LONG = "x" * 500
BASE: Snapshot = {
    "table": {"public.t": {"owner": "a"}, "public.other": {"owner": "a"}},
    "column": {"public.t.a": {"of": "public.t", "type": "text", "rank": "1"}},
    "function": {"public.f()": {"uses": "public.t public.other", "body": LONG}},
}


def changed(kind: str, name: str, **attributes: str) -> Snapshot:
    return {**BASE, kind: {**BASE[kind], name: {**BASE[kind].get(name, {}), **attributes}}}


@pytest.mark.parametrize(
    ("now", "differs"),
    [
        (BASE, False),
        (changed("table", "public.t", owner="b"), True),
        (changed("table", "public.other", owner="b"), False),
        (changed("column", "public.t.a", rank="2"), False),
        (changed("column", "public.t.b", of="public.t"), True),
        (changed("function", "public.f()", body=LONG[:-1] + "y"), True),
        ({**BASE, "column": {}}, True),
    ],
)
def test_it_differs_where_the_fingerprint_does(now: Snapshot, differs: bool) -> None:
    relations = ("public.t",)
    assert (fingerprint(now, relations) != fingerprint(BASE, relations)) is differs
    assert bool(difference(picture(BASE, relations), picture(now, relations))) is differs


def test_it_is_short() -> None:
    body = picture(BASE, ("public.t",))["function"]["public.f()"]["body"]
    assert len(body) < 250
