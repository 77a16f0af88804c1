"""What the change touches on the target, and how large that is."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import psycopg
from psycopg import sql

from schemachange_operator.api.migration import Backfill
from schemachange_operator.api.vocabulary import Task
from schemachange_operator.core.catalog_facts import CatalogFacts, catalog_facts
from schemachange_operator.core.circumstances import disk_room
from schemachange_operator.core.content import Content
from schemachange_operator.core.finding import Finding
from schemachange_operator.core.lossless import lossless_statements
from schemachange_operator.core.plan import Circumstance, TableSize
from schemachange_operator.core.probes import questions
from schemachange_operator.core.quarantine import in_full, written_steps
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.judging import findings
from schemachange_operator.core.sequences.offering import offered
from schemachange_operator.core.snapshot import Snapshot, fingerprint
from schemachange_operator.core.sql.expression import relations_in
from schemachange_operator.core.sql.name import RelationName, read_name
from schemachange_operator.core.sql.statement import Statement, read_statements
from schemachange_operator.core.task import RunRequest
from schemachange_operator.postgres import preflight
from schemachange_operator.postgres.catalog import expand_relations, table_sizes, take_snapshot
from schemachange_operator.postgres.circumstances import read_circumstances
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session
from schemachange_operator.runner.analysis.facts import SNAPSHOT, Facts, write_snapshot
from schemachange_operator.runner.analysis.probing import ask
from schemachange_operator.runner.environment import Environment


def inspect(environment: Environment, session: Session) -> Facts:
    """Read the catalog in one read-only transaction, ask the data, and leave the snapshot in the work folder."""
    request, content = environment.request, environment.content
    with session.transaction():
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = take_snapshot(session)
        written = written_steps(content, snapshot, request.search_path)
        content = in_full(content, written)
        environment = replace(environment, content=content)
        forward, backward = (
            _statements(step.sql for step in content.steps),
            _statements(step.undo.sql for step in content.steps),
        )
        made = {name.name for statement in forward if " INDEX" in statement.kind for name in statement.creates}
        # An index that the change makes stands for its table, which is named beside it.
        named = [*(name for name in _named(forward + backward) if name.name not in made), *_backfilled(content)]
        # A rollback's partners would make the fingerprint depend on tables that a change such as ADD COLUMN does not touch.
        partners = list(_named(statement for statement in forward if statement.partners))
        relations = expand_relations(session, named, request.search_path, partners)
        server = session.execute(query("server_facts")).fetchone()
        facts = Facts(
            **(server or {}),
            roles=tuple(session.execute(query("roles")).fetchall()),
            grants=tuple(session.execute(query("database_grants")).fetchall()),
            relations=relations,
            fingerprint=fingerprint(snapshot, relations),
            sizes=_sizes(session, request, relations),
            written=written,
        )
        rows = _backfill_rows(session, request, content, facts)
        facts = facts.model_copy(update={"rows": rows})
    write_snapshot(environment.folders.work, SNAPSHOT, snapshot)
    # After the transaction above: a long question must not hold back its snapshot.
    return _judged(environment, session, facts, snapshot) if request.task == Task.PLAN else facts


def _judged(environment: Environment, session: Session, facts: Facts, snapshot: Snapshot) -> Facts:
    """What only a plan asks for: the data's answers, findings, offers, circumstances."""
    request, content = environment.request, environment.content
    catalog = catalog_facts(snapshot, facts.sizes, facts.version, request.search_path, facts.time_zone)
    probes = ask(environment, session, questions(content, catalog))
    catalog = catalog.model_copy(update={"probes": probes})
    found = _findings(environment, catalog)
    return facts.model_copy(
        update={
            "probes": probes,
            "lossless": lossless_statements(content, catalog),
            "findings": found,
            "offers": offered(content, catalog, found),
            "circumstances": _circumstances(session, facts, found),
        }
    )


def _statements(texts: Iterable[str | None]) -> tuple[Statement, ...]:
    return tuple(statement for text in texts if text is not None for statement in read_statements(text))


def _named(statements: Iterable[Statement]) -> Iterator[RelationName]:
    for statement in statements:
        yield from statement.relations


def _backfilled(content: Content) -> Iterator[RelationName]:
    for step in content.steps:
        if step.backfill:
            yield read_name(step.backfill.table)
            for expression in (*step.backfill.set.values(), step.backfill.where or "true"):
                yield from relations_in(expression)


def _sizes(session: Session, request: RunRequest, relations: tuple[str, ...]) -> tuple[TableSize, ...]:
    # Estimating a table that was never analysed needs the right to read it, which the owner has.
    with session.transaction(force_rollback=True):
        _as_owner(session, request)
        try:
            return table_sizes(session, relations)
        except psycopg.errors.InsufficientPrivilege:
            return ()


def _as_owner(session: Session, request: RunRequest) -> None:
    """Become the migration role, unless this login only reads and has the rights to do so itself."""
    if preflight.may_become(session, request.migration_role):
        session.execute(preflight.become(request.migration_role))


def _findings(environment: Environment, catalog: CatalogFacts) -> tuple[Finding, ...]:
    policy, record = environment.request.policy, environment.request.record
    return findings(
        environment.content,
        catalog,
        policy.rules,
        record.waivers,
        course=environment.course,
        standards=policy.standards,
        compatibility=record.compatibility,
    )


def _circumstances(session: Session, facts: Facts, found: tuple[Finding, ...]) -> tuple[Circumstance, ...]:
    rewriting = frozenset(known.rule.id for known in known_rules() if known.rule.rewrites)
    return (*read_circumstances(session, facts.relations), *disk_room(found, facts.sizes, rewriting))


def _backfill_rows(session: Session, request: RunRequest, content: Content, facts: Facts) -> dict[str, int]:
    return {step.name: _rows(session, request, step.backfill, facts) for step in content.steps if step.backfill}


def _rows(session: Session, request: RunRequest, backfill: Backfill, facts: Facts) -> int:
    """The planner's estimate of the rows that match, or all rows where a column of the condition does not exist yet."""
    name = read_name(backfill.table)
    try:
        with session.transaction(force_rollback=True):
            _as_owner(session, request)
            session.execute(preflight.search_path(request.search_path))
            condition = sql.SQL(backfill.where or "true")
            explain = sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {} WHERE ({}\n)").format(
                sql.Identifier(*filter(None, name)), condition
            )
            row = session.execute(explain).fetchone()
            return int(row["QUERY PLAN"][0]["Plan"]["Plan Rows"]) if row else 0
    except psycopg.Error:
        (relation, *_) = (*expand_relations(session, [name], request.search_path), "")
        return next((size.rows for size in facts.sizes if size.relation == relation), 0)
