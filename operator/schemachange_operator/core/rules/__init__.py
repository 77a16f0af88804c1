"""Rules: what each statement does to this database, and the safe way. `findings` asks all of them.

A rule is a file with one constant RULE and one function check; it is found by being here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from schemachange_operator.core.rules.place import Hit, Place
from schemachange_operator.core.rules.rule import Rule

Check = Callable[[Place], Iterator[Hit]]


@dataclass(frozen=True)
class Known:
    """A rule with its check."""

    rule: Rule
    check: Check


@cache
def known_rules() -> tuple[Known, ...]:
    """All rules, ordered by id."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    found = [Known(module.RULE, module.check) for module in modules if hasattr(module, "RULE")]
    return tuple(sorted(found, key=lambda one: one.rule.id))
