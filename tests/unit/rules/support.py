"""Changes and facts for the rules' tests."""

from pathlib import Path

from schemachange_operator.api.standards import Standards
from schemachange_operator.core.catalog_facts import CatalogFacts
from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.judging import findings
from schemachange_operator.core.rules.rule import steps_of

SHOP = CatalogFacts.model_validate_json((Path(__file__).parent / "shop.json").read_text())
"""The shop of shop.sql, every table of it large; tests/postgres compares it with a real server."""
UNKNOWN = CatalogFacts()
STRICT = Standards.model_validate(
    {
        "naming": {"tables": "[a-z][a-z0-9_]*"},
        "types": {"forbidden": ["money"]},
        "requiredColumns": [{"name": "created_at", "type": "timestamptz", "notNull": True}],
        "comments": ["Tables"],
        "forbiddenStatements": ["create rule"],
    }
)
"""Design standards under which each rule of style finds its bad example."""
ALL_ON = {known.rule.id: "Warn" for known in known_rules()}


def content(example: str) -> Content:
    """A change of an example's steps."""
    steps = [
        ContentStep(name=f"step-{number}", sql=sql, undo=Undo(not_needed="a test"))
        for number, sql in enumerate(steps_of(example), 1)
    ]
    assert steps
    return Content(steps=tuple(steps))


def found(example: str, facts: CatalogFacts = SHOP, **others: object) -> tuple[Finding, ...]:
    """What the rules find in it, with all of them on."""
    return findings(content(example), facts, ALL_ON, **{"standards": STRICT, **others})  # type: ignore[arg-type]


def hazards(example: str, facts: CatalogFacts = SHOP) -> set[str]:
    """The rules, without those of style, that find something."""
    return {one.rule for one in found(example, facts) if not one.style}
