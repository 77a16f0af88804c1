"""Classes of change: what is run, and how it shows that it is there once or not at all. One file each."""

import importlib
import pkgutil

from campaign.changes.change import ChangeClass


def _all() -> dict[str, ChangeClass]:
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "change":
            found[module.name.replace("_", "-")] = importlib.import_module(f"{__name__}.{module.name}").CHANGE
    return found


CLASSES: dict[str, ChangeClass] = _all()
"""By name, which is the file's."""
