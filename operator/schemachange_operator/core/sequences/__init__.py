"""Safe sequences: for a hazard with a known recipe, the steps that reach the same schema without it.

A recipe is a file with a constant MENDS, the ids of rules, and a function offer; it is found by being here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.offer import Offer


@dataclass(frozen=True)
class Recipe:
    """One recipe."""

    name: str
    mends: tuple[str, ...]
    offer: Callable[[Place, ContentStep], Offer | None]


@cache
def recipes() -> tuple[Recipe, ...]:
    """All recipes, ordered by name."""
    modules = {found.name: import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)}
    return tuple(Recipe(name, one.MENDS, one.offer) for name, one in sorted(modules.items()) if hasattr(one, "MENDS"))
