"""What of the rules is about a quarantine: its rename stands for a removal that can be taken back, its REVOKE goes with it."""

from schemachange_operator.core.rules.rule import Rule

_RECIPE = "Deploy code that does not name it, first. Until it is dropped, the step's rollback brings it back at once."
_RENAMES = frozenset({"rename-column", "rename-table"})

_SETTLED = frozenset({"revoke", "compatibility-breaks"})
"""What a quarantine is for, and what it is not: code that does without the name works on both sides of it."""


def judges_quarantine(rule: Rule) -> bool:
    """Whether a rule is asked about the statements of a quarantine; those of style are not: the names are the operator's."""
    return not rule.style and rule.id not in _SETTLED


def recipe_in_quarantine(rule: Rule) -> str:
    """The safe way for what a rule finds there: the new name is meant."""
    return _RECIPE if rule.id in _RENAMES else rule.recipe
