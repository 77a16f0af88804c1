"""What the environment may set, parsed once."""

import os
import socket
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PREFIX = "SCHEMACHANGE_"


class Settings(BaseModel):
    """Settings of the operator; each is the environment variable SCHEMACHANGE_ and the name in capitals."""

    model_config = ConfigDict(frozen=True)

    runner_image: str = ""
    """The image of the Jobs; where it is not given, the image that this pod runs."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    """When the Jobs' image is pulled."""
    namespace: str = "schemachange-system"
    """Where the Lease is."""
    identity: str = Field(default_factory=socket.gethostname)
    """This replica's name, unique among replicas: the pod's."""
    workers: int = Field(default=4, ge=1, le=64)
    """Changes that are worked on at the same time."""
    resync_seconds: float = Field(default=300.0, gt=0)
    """Seconds between two looks at everything."""
    health_port: int = Field(default=8080, ge=0, le=65535)
    """Port of /healthz, /readyz and /metrics."""
    kubeconfig: str | None = None
    """A kubeconfig, outside of a cluster; KUBECONFIG counts too."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least level that is logged."""


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises pydantic's ValidationError, which names every variable that is missing or wrong."""
    known = set(Settings.model_fields)
    given = {key.removeprefix(PREFIX).lower(): value for key, value in environment.items() if key.startswith(PREFIX)}
    values = {name: value for name, value in given.items() if name in known}
    if "kubeconfig" not in values and environment.get("KUBECONFIG"):
        values["kubeconfig"] = environment["KUBECONFIG"]
    return Settings.model_validate(values)
