"""What the change is foretold to do on the target, by the snapshot that the analysis left."""

from schemachange_operator.core.catalog_facts import catalog_facts
from schemachange_operator.core.effects import Foretelling, foretell
from schemachange_operator.runner.analysis.facts import SNAPSHOT, Facts, read_snapshot
from schemachange_operator.runner.environment import Environment


def foretell_change(environment: Environment, facts: Facts) -> Foretelling:
    """The effects of every statement on the relations that exist now."""
    snapshot = read_snapshot(environment.folders.work, SNAPSHOT)
    catalog = catalog_facts(snapshot, facts.sizes, facts.version, environment.request.search_path, facts.time_zone)
    return foretell(environment.content, catalog)
