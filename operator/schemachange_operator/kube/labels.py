"""Names of labels and annotations that the operator sets."""

from schemachange_operator.api.base import GROUP

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "schemachange-operator"
"""The value of MANAGED_BY; the admission policy lets nobody else write objects that carry it."""

CHANGE_UID = f"{GROUP}/change-uid"
TASK = f"{GROUP}/task"
STEP = f"{GROUP}/step"
CYCLE = f"{GROUP}/cycle"
ATTEMPT = f"{GROUP}/attempt"

CHANGE_NAMESPACE = f"{GROUP}/change-namespace"
CHANGE_NAME = f"{GROUP}/change-name"
"""Annotations: a name may be longer than a label allows."""

SELECTOR = f"{MANAGED_BY}={MANAGER},{CHANGE_UID}"
"""Objects of any change."""


def of_change(uid: str) -> dict[str, str]:
    """Labels of every object that belongs to one change."""
    return {MANAGED_BY: MANAGER, CHANGE_UID: uid}


def selector(uid: str) -> str:
    """Objects of one change."""
    return f"{MANAGED_BY}={MANAGER},{CHANGE_UID}={uid}"
