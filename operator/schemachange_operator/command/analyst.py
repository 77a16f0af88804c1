"""Asks the target and rehearses, with the runner's own functions."""

import io
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.command.source import Source
from schemachange_operator.command.target import open_target, refuse_superuser
from schemachange_operator.command.throwaway import Throwaway, throwaway_server
from schemachange_operator.command.wishes import Wishes
from schemachange_operator.core.content import Content
from schemachange_operator.core.errors import ProcedureError, Stop
from schemachange_operator.core.plan import PlanDocument
from schemachange_operator.core.prediction import predicted_plan
from schemachange_operator.core.rules.course import Course
from schemachange_operator.core.sequences.forms import safe_sequence, with_literals
from schemachange_operator.core.task import ChangeIdentity, Record, RunRequest
from schemachange_operator.postgres.sqlstate import translated
from schemachange_operator.runner.analysis.copies import copy_rows
from schemachange_operator.runner.analysis.dump import dump_schema
from schemachange_operator.runner.analysis.facts import Facts
from schemachange_operator.runner.analysis.foretelling import foretell_change
from schemachange_operator.runner.analysis.inspection import inspect
from schemachange_operator.runner.analysis.weighing import weighed
from schemachange_operator.runner.analysis.writing import written_out
from schemachange_operator.runner.environment import Environment, Folders
from schemachange_operator.runner.output import Output
from schemachange_operator.runner.programs import find_program
from schemachange_operator.runner.rehearse import rehearsed_plan

REFUSALS = frozenset({Reason.REHEARSAL_FAILED, Reason.ROLLBACK_DIFFERS, Reason.LOCK_STRONGER})
"""Why a rehearsal stops for what the change says."""


class Analyst:
    """One session on the target and, once a rehearsal wants it, one throw-away server, for all changes of a file."""

    def __init__(self, wishes: Wishes, stack: ExitStack) -> None:
        self._wishes = wishes
        self._stack = stack
        self._target = stack.enter_context(open_target(wishes.database, wishes.role))
        self._server: Throwaway | None = None

    def plan(
        self, source: Source, content: Content, course: Course, earlier: tuple[Content, ...]
    ) -> tuple[PlanDocument, str, bool]:
        """The best plan that could be made, why it is not better, and whether the change itself is why.

        Raises TryLater or Stop when the analysis fails.

        `course` and `earlier`: what changes before this one leave, and those changes, to be rehearsed first.
        """
        with tempfile.TemporaryDirectory(prefix="schg-work-") as work, translated():
            environment = replace(self._environment(source, content, Path(work)), course=course, earlier=earlier)
            facts = inspect(environment, self._target.session)
            environment = written_out(environment, facts)
            foretold = predicted_plan(
                environment.content,
                server_version=facts.version,
                fingerprint=facts.fingerprint,
                relations=facts.relations,
                sizes=facts.sizes,
                rows=facts.rows,
                findings=facts.findings,
                foretelling=foretell_change(environment, facts),
            )
            sequences = tuple(safe_sequence(one, with_literals=True) for one in facts.offers)
            foretold = weighed(foretold, environment, facts).model_copy(
                update={"sequences": sequences, "written": facts.written, "content_digest": content.digest()}
            )
            if not self._wishes.rehearse:
                return foretold, "", False
            try:
                return with_literals(self._rehearsed(environment, facts), facts.offers), "", False
            except ProcedureError as error:
                # A server that was lost, which is to be tried again, says nothing of the change.
                refused = isinstance(error, Stop) and error.reason in REFUSALS
                return foretold, error.message, refused

    def _environment(self, source: Source, content: Content, work: Path) -> Environment:
        target, wishes = self._target, self._wishes
        request = RunRequest(
            task=Task.PLAN,
            change=ChangeIdentity(uid="command-line", namespace=source.namespace, name=source.name),
            connection=target.connection,
            migration_role=target.role,
            search_path=wishes.search_path,
            policy=wishes.policy,
            content_digest=content.digest(),
            record=Record(waivers=source.waivers, compatibility=source.compatibility),
        )
        log = sys.stderr if wishes.verbose else io.StringIO()
        return Environment(request, content, None, Folders(work=work), Output(log))

    def _rehearsed(self, environment: Environment, facts: Facts) -> PlanDocument:
        refuse_superuser(self._target.role)
        if self._server is None:
            self._server = self._stack.enter_context(throwaway_server(facts.major, self._wishes.server_binaries))
        server = self._server
        environment = replace(
            environment,
            folders=replace(environment.folders, rehearsal=server.sockets),
            program_folders=(server.programs,),
        )
        _find_clients(environment)
        copy_rows(environment, self._target.session, facts)
        dump_schema(environment, self._target.credentials, as_role=not self._target.inherited)
        return rehearsed_plan(environment, facts)


def _find_clients(environment: Environment) -> None:
    for name in ("pg_dump", "pg_restore"):
        try:
            find_program(name, environment.program_folders)
        except Stop:
            raise Stop(
                Reason.REHEARSAL_FAILED,
                f"{name} is not on this machine. Install PostgreSQL's client programs, not older than the target's server.",
            ) from None
