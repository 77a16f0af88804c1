"""PostgreSQL: its backends end, it stops, it fails over."""

from campaign.cluster.faults.plain import Plain
from campaign.cluster.stage import Stage, Victim
from playground.kubectl import KubectlError
from playground.patience import wait_for
from playground.server import NAMESPACE

SECONDS_TO_MEET = 30.0
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE usename = '{login}' AND datname = '{database}' AND application_name ~ '^schemachange'"
STOP = '"$(ls -d /usr/lib/postgresql/*/bin | tail -1)/pg_ctl" stop -D /data/pg -m immediate -W'


class BackendTerminated(Plain):
    """pg_terminate_backend of a session that works for the change."""

    def strike(self, stage: Stage, victim: Victim) -> str:
        """End it."""
        found = _backend(stage, victim)
        if found:
            stage.pair.ask(stage.pair.primary, f"SELECT pg_terminate_backend({found})")
        return "a session of its Job" if found else ""


class BackendKilled(Plain):
    """SIGKILL of such a session's process: the server ends all others and recovers."""

    whole = True

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Kill it."""
        found = _backend(stage, victim)
        if found:
            stage.kubectl.run("exec", "-n", NAMESPACE, f"{stage.pair.primary}-0", "--", "sh", "-c", f"kill -9 {found}")
        return "a session's process: the server recovers" if found else ""

    def mend(self, stage: Stage, victims: list[Victim]) -> None:
        """The standby follows again."""
        stage.pair.restore()


class StoppedAtOnce(Plain):
    """An immediate shutdown; the server is started again by the kubelet and recovers."""

    whole = True

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Stop it."""
        try:
            stage.kubectl.run("exec", "-n", NAMESPACE, f"{stage.pair.primary}-0", "--", "sh", "-c", STOP)
        except KubectlError as error:
            # The container ends with the server, and takes this command with it.
            if "137" not in str(error) and "terminated" not in str(error) and "container" not in str(error):
                raise
        return "the server"

    def mend(self, stage: Stage, victims: list[Victim]) -> None:
        """The standby follows again."""
        stage.pair.restore()


class SynchronousFailover(Plain):
    """The primary is lost with its disk; the standby has all that was committed."""

    whole = True

    def prepare(self, stage: Stage, victims: list[Victim]) -> None:
        """Every COMMIT waits for the standby."""
        stage.pair.wait_for_standby()
        stage.pair.wait_synchronously(on=True)

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Fail over."""
        stage.pair.fail_over()
        return "the primary"

    def mend(self, stage: Stage, victims: list[Victim]) -> None:
        """The lost one becomes the standby."""
        stage.pair.restore()


class AsynchronousFailover(SynchronousFailover):
    """The same, with a standby that lacks the last seconds: what was committed in them is gone."""

    loses_writes = True
    loses = (0.5, 6.0)
    """Seconds of writes that are lost, from and to."""

    def prepare(self, stage: Stage, victims: list[Victim]) -> None:
        """Nobody waits for the standby."""
        stage.pair.wait_for_standby()

    def strike(self, stage: Stage, victim: Victim) -> str:
        """Cut the standby off, let some time pass, fail over."""
        stage.pair.cut_standby_off()
        seconds = stage.chance.uniform(*self.loses)
        stage.wait(seconds)
        stage.pair.fail_over()
        return f"the primary, with the last {seconds:.1f} s of writes"


def _backend(stage: Stage, victim: Victim) -> str:
    question = BACKENDS.format(login=victim.shop.login, database=victim.shop.database)
    try:
        pids = wait_for(
            "a session to hit", lambda: stage.pair.ask(stage.pair.primary, question).split() or None, SECONDS_TO_MEET
        )
    except AssertionError:
        return ""
    return stage.chance.choice(pids)
