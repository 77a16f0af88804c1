"""What an approval is of: the digest of everything that a plan follows from."""

from schemachange_operator.core.digest import digest
from schemachange_operator.core.world import World

_SECRETS = {"secret_name", "planning_secret_name"}
"""Names of Secrets may change without a new plan: what they open is the same database."""


def plan_digest(world: World, fingerprint: str) -> str:
    """What is approved: inputs only, so that it is the same each time they are the same."""
    database = world.database
    return digest(
        {
            "content": world.content.digest() if world.content else None,
            "policy": world.policy.model_dump(mode="json") if world.policy else None,
            "database": [database.metadata.namespace, database.metadata.name] if database else None,
            "connection": database.spec.connection.model_dump(mode="json", exclude=_SECRETS) if database else None,
            "role": database.spec.roles.migration if database else None,
            "backup": world.change.spec.backup.model_dump(mode="json"),
            "compatibility": world.change.spec.compatibility,
            "waivers": [waiver.model_dump(mode="json") for waiver in world.change.spec.waivers],
            "fingerprint": fingerprint,
        }
    )
