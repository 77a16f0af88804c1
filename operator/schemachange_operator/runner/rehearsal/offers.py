"""Safe sequences, tried: each in a copy of the database as it is before its statement, compared with what that leaves."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple

import psycopg
from psycopg import sql

from schemachange_operator.core.content import Content, ContentStep, Undo
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.plan import SafeSequence
from schemachange_operator.core.quarantine import in_full, written_steps
from schemachange_operator.core.sequences.comparison import named, unlike
from schemachange_operator.core.sequences.forms import safe_sequence
from schemachange_operator.core.sequences.offer import UNKNOWN_UNDO, Offered
from schemachange_operator.core.snapshot import Snapshot
from schemachange_operator.core.sql.content_check import check_content
from schemachange_operator.core.sql.statement import read_statements
from schemachange_operator.postgres.catalog import take_snapshot
from schemachange_operator.postgres.sqlstate import primary
from schemachange_operator.runner.analysis.facts import Facts
from schemachange_operator.runner.environment import Environment
from schemachange_operator.runner.rehearsal.player import Player
from schemachange_operator.runner.rehearsal.server import DATABASE, SUPERUSER, connect
from schemachange_operator.runner.stopping import refuse_when_stopped

BEFORE, ALONE, TRIED = (f"{DATABASE}_{word}" for word in ("before", "alone", "tried"))
"""The database before the change; with the change's own statements up to some point; with an offer in a statement's place."""
MOST = 10
"""Offers that are tried in one rehearsal."""
SECONDS = 60.0
"""After which no further offer is tried."""
INCOMPLETE = "Not tried in the rehearsal: it has to be completed first."
NOT_TRIED = f"Not tried in the rehearsal, which tries the first {MOST} and for at most {SECONDS:.0f} seconds."


def keep_before(environment: Environment, facts: Facts) -> None:
    """Keep a copy of the database as it is before the change, where offers are to be tried in it."""
    if facts.offers:
        try:
            _copy(environment, DATABASE, BEFORE, facts.owner)
        except psycopg.Error as error:
            # The rehearsal is worth more than its offers, which are then said not to be tried.
            environment.output.event("offers_not_tried", message=primary(error))


def try_offers(environment: Environment, facts: Facts) -> tuple[SafeSequence, ...]:
    """All offers of the change, the first of them tried."""
    ready = [one for one in facts.offers if _complete(one)][:MOST]
    trial = _Trial(environment, facts, ready, time.monotonic() + SECONDS)
    trial.run()
    return tuple(_told(one, trial.verdicts.get(number)) for number, one in enumerate(facts.offers))


def drop_copies(environment: Environment) -> None:
    """Give back the room that the copies take."""
    with closing(connect(environment, SUPERUSER, "postgres")) as session:
        for name in (BEFORE, ALONE, TRIED):
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


class _Verdict(NamedTuple):
    verified: bool
    sentence: str


def _told(offered: Offered, verdict: _Verdict | None) -> SafeSequence:
    shown = safe_sequence(offered)
    if verdict is None:
        verdict = _Verdict(verified=False, sentence=NOT_TRIED if _complete(offered) else INCOMPLETE)
    return shown.model_copy(
        update={"verified": verdict.verified, "note": " ".join(filter(None, (shown.note, verdict.sentence)))}
    )


def _complete(offered: Offered) -> bool:
    """Whether its steps can be run; a rollback that is still to be said is no hindrance."""
    steps = (step.model_copy(update={"undo": Undo(not_needed="")}) for step in offered.offer.steps)
    return not check_content(Content(steps=tuple(steps)))


def _copy(environment: Environment, source: str, target: str, owner: str) -> None:
    with closing(connect(environment, SUPERUSER, "postgres")) as session:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        session.execute(create.format(sql.Identifier(target), sql.Identifier(source), sql.Identifier(owner)))
        grant = sql.SQL("GRANT ALL ON DATABASE {} TO {}")
        session.execute(grant.format(sql.Identifier(target), sql.Identifier(environment.request.migration_role)))


@dataclass(frozen=True)
class _Pending:
    """An offer that was run and waits for its statement."""

    number: int
    offered: Offered
    reached: Snapshot
    undone: str


class _Trial:
    """The change once more, one statement after the other, with the offers beside it."""

    def __init__(self, environment: Environment, facts: Facts, ready: list[Offered], deadline: float) -> None:
        self._environment, self._facts, self._deadline = environment, facts, deadline
        self._ready = [(number, one) for number, one in enumerate(facts.offers) if one in ready]
        self.verdicts: dict[int, _Verdict] = {}

    def run(self) -> None:
        """Go through the change as far as there are offers."""
        if not self._ready:
            return
        try:
            _copy(self._environment, BEFORE, ALONE, self._facts.owner)
            for step in self._environment.content.steps:
                if len(self.verdicts) == len(self._ready) or time.monotonic() > self._deadline:
                    return
                self._step(step)
        except (psycopg.Error, Stop) as error:
            # What runs in one transaction may not run in several; the rehearsal itself has succeeded before.
            self._rest(f"Not tried in the rehearsal, since the change did not run statement by statement: {_cause(error)}.")

    def _rest(self, sentence: str) -> None:
        for number, _ in self._ready:
            self.verdicts.setdefault(number, _Verdict(verified=False, sentence=sentence))

    def _here(self, step: ContentStep, statement: int) -> Iterator[tuple[int, Offered]]:
        """Offers for a statement; for 0, those for the step as a whole."""
        for number, one in self._ready:
            if one.step == step.name and (0 if one.offer.whole_step else one.statement) == statement:
                yield number, one

    def _step(self, step: ContentStep) -> None:
        whole = list(self._try(self._here(step, 0)))
        player = Player(self._environment, ALONE)
        if step.backfill or not any(one.step == step.name and not one.offer.whole_step for _, one in self._ready):
            player.play(step)
        else:
            for statement in read_statements(step.sql or ""):
                tried = list(self._try(self._here(step, statement.number)))
                player.play(step.model_copy(update={"sql": statement.text}))
                self._judge(tried)
        self._judge(whole)

    def _try(self, offers: Iterator[tuple[int, Offered]]) -> Iterator[_Pending]:
        for number, one in offers:
            if time.monotonic() > self._deadline:
                return
            refuse_when_stopped(self._environment, "The target was not touched.")
            try:
                _copy(self._environment, ALONE, TRIED, self._facts.owner)
                before = _snapshot(self._environment, TRIED)
                steps = self._in_full(one, before)
                for step in steps:
                    Player(self._environment, TRIED).play(step)
                reached = _snapshot(self._environment, TRIED)
                yield _Pending(number, one, reached, self._undo(one, steps, before))
            except (psycopg.Error, Stop) as error:
                sentence = f"Not verified: in the rehearsal it failed ({_cause(error)})."
                self.verdicts[number] = _Verdict(verified=False, sentence=sentence)

    def _in_full(self, offered: Offered, before: Snapshot) -> tuple[ContentStep, ...]:
        """The steps with all their SQL."""
        content = Content(steps=offered.offer.steps)
        return in_full(content, written_steps(content, before, self._environment.request.search_path)).steps

    def _undo(self, offered: Offered, steps: tuple[ContentStep, ...], before: Snapshot) -> str:
        """A sentence on the rollbacks, run in reverse."""
        if any(one.undo.irreversible is not None or UNKNOWN_UNDO in (one.undo.sql or "") for one in steps):
            return "Its rollbacks were not tried."
        try:
            for step in reversed(steps):
                Player(self._environment, TRIED).undo(step)
        except (psycopg.Error, Stop) as error:
            return f"Its rollbacks failed ({_cause(error)})."
        found = unlike(before, offered.offer.model_copy(update={"leaves": ()}), _snapshot(self._environment, TRIED))
        return f"Its rollbacks leave a difference ({named(found)})." if found else "Its rollbacks bring the schema back."

    def _judge(self, tried: list[_Pending]) -> None:
        alone = _snapshot(self._environment, ALONE) if tried else {}
        for one in tried:
            found = unlike(alone, one.offered.offer, one.reached)
            sentence = f"Not verified: the schema differs ({named(found)})." if found else one.undone
            self.verdicts[one.number] = _Verdict(verified=not found, sentence=sentence)
            self._environment.output.event(
                "offer_tried",
                rule=one.offered.rule,
                step=one.offered.step,
                statement=one.offered.statement,
                verified=not found,
            )


def _snapshot(environment: Environment, database: str) -> Snapshot:
    with closing(connect(environment, SUPERUSER, database)) as session:
        return take_snapshot(session)


def _cause(error: psycopg.Error | Stop) -> str:
    return (error.message if isinstance(error, Stop) else primary(error)).rstrip(".")
