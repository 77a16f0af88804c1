"""How an offer is written for people: SQL with `-- next step`, and the YAML of migration.steps."""

from collections.abc import Sequence

import yaml

from schemachange_operator.api.migration import Backfill, Rollback, Step
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.plan import PlanDocument, SafeSequence
from schemachange_operator.core.rules.rule import NEXT_STEP
from schemachange_operator.core.sequences.hiding import hidden
from schemachange_operator.core.sequences.offer import Offered


def safe_sequence(offered: Offered, *, with_literals: bool = False) -> SafeSequence:
    """The offer as the plan shows it.

    Literals are hidden where others than the author read it: in the cluster. Where the author runs the command on his own
    file, they are as they stand there.
    """
    steps = offered.offer.steps if with_literals else tuple(hidden(step) for step in offered.offer.steps)
    return SafeSequence(
        rule=offered.rule,
        also=offered.also,
        step=offered.step,
        statement=offered.statement,
        sql=sql_form(steps),
        yaml=yaml_form(steps),
        note=" ".join(offered.offer.asks),
        keeps=bool(offered.offer.leaves),
    )


def with_literals(plan: PlanDocument, offers: Sequence[Offered]) -> PlanDocument:
    """A plan for the author's own eyes: its sequences with the literals that he wrote."""
    written = (safe_sequence(one, with_literals=True) for one in offers)
    pairs = zip(plan.sequences, written, strict=True)
    sequences = tuple(shown.model_copy(update={"sql": own.sql, "yaml": own.yaml}) for shown, own in pairs)
    return plan.model_copy(update={"sequences": sequences})


def sql_form(steps: Sequence[ContentStep]) -> str:
    """Plain SQL; a backfill, which SQL has no statement for, is a comment."""
    return f"\n{NEXT_STEP}\n".join(step.sql or _comment(step) for step in steps)


def _comment(step: ContentStep) -> str:
    text = _fills(step.backfill) if step.backfill else f"quarantine: in a manifest, as a step {step.name} of spec.migration"
    return "\n".join(f"-- {line}" for line in text.splitlines())


def _fills(backfill: Backfill) -> str:
    given = ", ".join(f"{column} = {value}" for column, value in backfill.set.items())
    where = f"\n  where {backfill.where}" if backfill.where else ""
    return f"a backfill of {backfill.table}, in batches beside the application:\n  set {given}{where}"


def yaml_form(steps: Sequence[ContentStep]) -> str:
    """What stands under spec.migration, ready to paste."""
    values = [_step(step).model_dump(mode="json", by_alias=True, exclude_none=True) for step in steps]
    text: str = yaml.dump({"steps": values}, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=10_000)
    return text


def _step(step: ContentStep) -> Step:
    if step.quarantine:
        return Step.model_construct(name=step.name, quarantine=step.quarantine, rollback=None)
    undo = step.undo
    rollback = Rollback.model_construct(sql=undo.sql, not_needed=undo.not_needed)
    if undo.irreversible is not None:
        rollback = Rollback.model_validate({"irreversible": {"reason": undo.irreversible}})
    return Step.model_construct(name=step.name, sql=step.sql, backfill=step.backfill, rollback=rollback)


class _Blocks(yaml.SafeDumper):
    """Texts of several lines as blocks, which people can read and edit."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Blocks.add_representer(str, _text)
