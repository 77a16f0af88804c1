"""How many people have to approve a change."""

from schemachange_operator.api.policy import ApprovalRules

SECOND = 2
"""Approvals that a finding of severity Approve asks for."""


def approvals_wanted(own: int, rules: ApprovalRules | None, *, destroys: bool, second: bool) -> int:
    """The change's own number, with the policy's as the floor; `second`: a finding asks for a second one."""
    floor = rules.count if rules else 1
    if rules and destroys:
        floor = max(floor, rules.destructive_count)
    return max(floor, own, SECOND if second else 0)
