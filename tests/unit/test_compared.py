"""The comparison names rules that exist, leaves none of ours out, and says of each tool where that is from."""

import re

import compared
from schemachange_operator.command import plain_sql
from schemachange_operator.core.rules import known_rules
from unit.page.reading import seen

TOOLS = ("squawk", "strong_migrations", "atlas", "eugene", "pgfence")


def test_every_hazard_stands_in_it_and_every_rule_named_exists() -> None:
    data, known = compared.data(), known_rules()
    assert len(known) > 60
    assert {*data["rules"]} == {one.rule.id for one in known if not one.rule.style}
    assert {*data["style"]} <= {one.rule.id for one in known if one.rule.style}
    own = {plain_sql.NOT_IN_TRANSACTION, plain_sql.TRANSACTION_BORDERS} | {one.rule.id for one in known}
    named = {name for one in data["otherwise"] for name in re.findall("`([a-z-]+)`", one["ours"])}
    assert named and named <= own


def test_every_tool_has_version_source_and_what_it_lacks() -> None:
    data = compared.data()
    assert tuple(data["tools"]) == TOOLS
    assert all(
        one["version"] and one["source"].startswith("https://") and len(one["lacks"]) > 40 for one in data["tools"].values()
    )
    told = [*data["rules"].values(), *data["style"].values(), *data["otherwise"]]
    assert {name for one in told for name in one} == {*TOOLS, "subject", "ours"}


def test_the_tables_are_whole() -> None:
    tools, hazards, style, otherwise = seen(compared.page()).tables
    assert len(tools) == len(TOOLS) + 2
    assert {len(row) for table in (hazards, style, otherwise) for row in table} == {len(TOOLS) + 2}
    assert hazards[-1][0] == f"**{len(hazards) - 2}**"
