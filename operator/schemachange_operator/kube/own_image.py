"""The image of the Jobs: the operator's own, so that one entry in an overlay sets both."""

from dataclasses import dataclass, field

from schemachange_operator.kube.client import Client
from schemachange_operator.kube.pods import RunnerImage
from schemachange_operator.kube.resources import PODS

CONTAINER = "operator"


@dataclass
class OwnImage:
    """Asks the API server once which image this pod runs, unless settings name one."""

    client: Client
    namespace: str
    pod: str
    name: str = ""
    """Known already, where settings give it."""
    pull_policy: str = "IfNotPresent"
    _known: RunnerImage | None = field(default=None, init=False)

    def __call__(self) -> RunnerImage:
        """The image. Raises ApiError while it cannot be found out."""
        if self._known is None:
            self._known = RunnerImage(self.name or self._of_pod(), self.pull_policy)
        return self._known

    def _of_pod(self) -> str:
        pod = self.client.get(PODS, self.pod, self.namespace)
        return str(next(each["image"] for each in pod["spec"]["containers"] if each["name"] == CONTAINER))
