"""The corpus: its labels are what a real server shows, and the rules find every hazard in it and nothing else."""

from collections import Counter
from collections.abc import Iterator

import pytest

from corpus.cases import Case, cases
from corpus.measuring import TEMPLATE, build_template, copy_of_template, measure
from schemachange_operator.core.catalog_facts import CatalogFacts, catalog_facts
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.rules.judging import findings
from schemachange_operator.core.sql.content_check import check_content
from schemachange_operator.postgres.catalog import table_sizes, take_snapshot
from testcluster.servers import Server

EACH = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[Server]:
    build_template(server)
    yield server


@pytest.fixture(scope="session")
def facts(template: Server) -> CatalogFacts:
    """What the product reads of the target."""
    with copy_of_template(template, f"{TEMPLATE}_facts") as session:
        snapshot = take_snapshot(session)
        names = [*snapshot["table"], *(name for name, view in snapshot["view"].items() if view["kind"] == "m")]
        sizes = table_sizes(session, names)
        return catalog_facts(snapshot, sizes, f"{template.major}.0", ("public",), "Europe/Berlin")


def flagged(case: Case, facts: CatalogFacts) -> list[Finding]:
    """Findings that make a case count as flagged; what a step may not hold at all is one."""
    if check_content(case.content):
        return [Finding(rule="invalid-sql", severity="Block", step="", message="refused")]
    found = findings(case.content, facts)
    return [one for one in found if one.severity in {"Warn", "Approve", "Block"} and not one.style]


def test_the_corpus_is_large_and_nothing_in_it_is_there_twice() -> None:
    names = Counter(case.name for case in cases())
    assert [name for name, count in names.items() if count > 1] == []
    labels = Counter(case.hazardous for case in cases())
    assert labels[True] > 120 and labels[False] > 80
    assert sum(bool(case.judged) for case in cases()) < labels[True] / 10


@pytest.mark.newest_only
@EACH
def test_the_label_is_what_a_server_shows(case: Case, template: Server) -> None:
    if template.major < case.since:
        pytest.skip(f"the syntax is that of PostgreSQL {case.since}")
    with copy_of_template(template, f"{TEMPLATE}_case") as session:
        seen = measure(session, case)
    assert (case.seen in seen.words) if case.seen != "nothing" else not seen.words, seen.details
    assert case.hazardous == bool(seen.words or case.judged), seen.details


@EACH
def test_the_rules_say_so(case: Case, facts: CatalogFacts) -> None:
    found = flagged(case, facts)
    assert bool(found) == case.hazardous, [f"{one.rule}: {one.message}" for one in found]
