"""What the operator does with a change, without its code: one container after the other, tried again until the change is at
one of its two ends."""

import threading
from dataclasses import dataclass

from campaign.container import Container
from campaign.stage import Stage
from schemachange_operator.core.task import RunReport

TRIES = 14
"""Of one piece of work; after that the change is stuck."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
"""Seconds before another try."""


class StuckError(Exception):
    """The change can neither go on nor back."""


@dataclass(frozen=True)
class Task:
    """One container's work."""

    command: str
    step: str = ""


class Course:
    """The course of one change."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._attempts: dict[Task, int] = {}
        self.tasks = tuple(_tasks(stage))
        self.told: list[str] = []

    def run(self) -> str:
        """How it ended: Completed or RolledBack. Raises StuckError."""
        kind, position = self._stage.kind, 0
        end = len(self.tasks)
        if kind.abort_after is not None:
            end = self.tasks.index(self._of_step(kind.names[kind.abort_after]))
        while position < end:
            task = self.tasks[position]
            report = self._settled(task)
            if report.reason == "StepsLost":
                position = self._first_not_in(report.steps_done or ())
            elif report.outcome == "Done":
                position += 1
            elif task.command in {"backup", "prove"}:
                # A human has made room and set spec.retry.
                self._pause(task)
            else:
                return self._go_back(f"{report.reason}: {report.message}")
        return self._go_back("aborted", abort=True) if kind.abort_after is not None else self._completed()

    def _completed(self) -> str:
        if self._stage.standby is None:
            return "Completed"
        # What was completed may have been lost with the primary; nobody is told, so verify is asked again (the ledger's page
        # says so). Where nothing was lost it answers that it had been done.
        verify = self.tasks[-1]
        while (report := self._settled(verify)).reason == "StepsLost":
            for task in self.tasks[self._first_not_in(report.steps_done or ()) : -1]:
                again = self._settled(task)
                if again.outcome != "Done":
                    return self._go_back(again.message)
        if report.outcome != "Done":
            return self._go_back(report.message)
        return "Completed"

    def _go_back(self, why: str, *, abort: bool = False) -> str:
        self.told.append(f"going back: {why}")
        rollback = Task("rollback")
        for _ in range(2 if self._stage.standby else 1):
            report = self._settled(rollback, abort_reason="somebody changed their mind" if abort else "")
            if report.outcome != "Done" or not report.proven:
                raise StuckError(f"rollback: {report.reason}: {report.message}; before: {why}")
        return "RolledBack"

    def _settled(self, task: Task, **others: object) -> RunReport:
        """The first answer that is not to try again later."""
        for _ in range(TRIES):
            self._attempts[task] = self._attempts.get(task, 0) + 1
            container = self._stage.start(task.command, task.step, self._attempts[task], **others)
            report = self._answer(container)
            self._tell(task, report)
            if report is not None and (report.outcome != "Retry" or report.reason == "StepsLost"):
                return report
            self._pause(task)
        raise StuckError(f"{task} was tried {TRIES} times; the last answer: {self.told[-1]}")

    def _answer(self, container: Container) -> RunReport | None:
        report = container.ended()
        if (second := self._stage.second) is not None:
            self._attempts[Task(second.command, second.step if second.command != "rollback" else "")] = second.attempt
            report, self._stage.second = second.ended(), None
        self._stage.mend()
        return report

    def _pause(self, task: Task) -> None:
        tried = self._attempts[task]
        if tried > TRIES * 2:
            raise StuckError(f"{task} was tried {tried} times; the last answer: {self.told[-1]}")
        threading.Event().wait(min(FIRST_PAUSE * 2 ** min(tried - 1, 10), LONGEST_PAUSE))

    def _first_not_in(self, done: tuple[str, ...]) -> int:
        return next(number for number, task in enumerate(self.tasks) if task.step not in done or not task.step)

    def _of_step(self, name: str) -> Task:
        return next(task for task in self.tasks if task.step == name)

    def _tell(self, task: Task, report: RunReport | None) -> None:
        said = f"{report.outcome} {report.reason}: {report.message}" if report else "no report"
        self.told.append(f"{task.command} {task.step} ({self._attempts[task]}): {said}")


def _tasks(stage: Stage) -> list[Task]:
    tasks = []
    for step in stage.reference.content.steps:
        if step.name == stage.kind.backup_before:
            tasks += [Task("backup", step.name), Task("prove", step.name)]
        tasks.append(Task("backfill" if step.backfill else "apply", step.name))
    return [*tasks, Task("verify")]
