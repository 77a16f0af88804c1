"""What hits a run. One file each."""

import importlib
import pkgutil

from campaign.faults.fault import Fault


def _all() -> dict[str, Fault]:
    found: dict[str, Fault] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "fault":
            found.update(importlib.import_module(f"{__name__}.{module.name}").FAULTS)
    return found


FAULTS: dict[str, Fault] = _all()
"""By name."""
