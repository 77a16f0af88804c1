"""ALTER DOMAIN: tables with a column of it are read where a constraint is proved."""

from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sql.grammar import strings

_PROVES = frozenset({"C", "V", "O"})
"""ADD CONSTRAINT, VALIDATE CONSTRAINT, SET NOT NULL, by libpg_query's letters."""


def alter(place: Place, ground: Ground, found: Found) -> None:
    """Writes to each of the tables wait while it is read."""
    constraint = place.tree.get("def", {}).get("constraint", {})
    if place.tree.get("subtype") not in _PROVES or constraint.get("skip_validation"):
        return
    for domain in _with_those_on_it(ground, _key(ground, strings(place.tree["type_name"]))):
        for table in ground.ties.type_uses.get(domain, ()):
            if ground.holds_rows(table):
                found.lock(table, "Share")
                found.scan(table)


def _key(ground: Ground, parts: tuple[str, ...]) -> str:
    if len(parts) > 1:
        return ".".join(parts[-2:])
    candidates = (f"{schema}.{parts[-1]}" for schema in ground.catalog.search_path)
    return next((one for one in candidates if one in ground.catalog.domains), parts[-1])


def _with_those_on_it(ground: Ground, domain: str) -> list[str]:
    """The domain, and domains that are built on it."""
    found = [domain]
    for one in found:
        found += [name for name, base in ground.catalog.domain_bases.items() if one in {base, f"public.{base}"}]
    return found
