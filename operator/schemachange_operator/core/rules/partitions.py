"""Partitions as the catalog has them."""

from schemachange_operator.core.catalog_facts import CatalogFacts


def partitions_of(catalog: CatalogFacts, table: str) -> tuple[str, ...]:
    """The direct partitions of a table, as schema.name, ordered."""
    return tuple(sorted(name for name, facts in catalog.relations.items() if table in facts.parents))


def leaves_of(catalog: CatalogFacts, table: str) -> tuple[str, ...]:
    """The partitions that hold rows, whatever is between them and the table."""
    below = partitions_of(catalog, table)
    return tuple(leaf for one in below for leaf in leaves_of(catalog, one) or (one,))


def below(catalog: CatalogFacts, table: str) -> tuple[str, ...]:
    """All partitions under a table, those of its partitions included."""
    return tuple(each for one in partitions_of(catalog, table) for each in (one, *below(catalog, one)))
