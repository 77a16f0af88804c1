"""The change with the SQL that the analysis wrote for its steps."""

from dataclasses import replace

from schemachange_operator.core.quarantine import in_full
from schemachange_operator.runner.analysis.facts import Facts
from schemachange_operator.runner.environment import Environment


def written_out(environment: Environment, facts: Facts) -> Environment:
    """The same environment, where every step that is SQL has its SQL."""
    return replace(environment, content=in_full(environment.content, facts.written))
