"""Quarantine on a server: what stands in its way, and what may not be dropped yet."""

from collections.abc import Iterable, Sequence

from schemachange_operator.api.migration import Quarantine
from schemachange_operator.api.reason import Reason
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.errors import Stop
from schemachange_operator.core.quarantine import destroyed, kept_for, place_of
from schemachange_operator.core.sql.statement import Statement
from schemachange_operator.postgres import ledger
from schemachange_operator.postgres.queries import query
from schemachange_operator.postgres.session import Session

SHOWN = 10


def refuse_used(session: Session, step: ContentStep, search_path: Sequence[str]) -> None:
    """Directly before a quarantine: raises Stop(QuarantineRefused), naming what still uses the column or the table."""
    if step.quarantine is None:
        return
    place = place_of(step.quarantine)
    schemas = [place.table.schema] if place.table.schema else list(search_path)
    row = session.execute(query("quarantine_relation"), {"schemas": schemas, "table": place.table.name}).fetchone()
    if row is None:
        return
    kind = "column" if place.column else "table"
    rows = session.execute(query(f"quarantine_{kind}_uses"), {**row, "column": place.column}).fetchall()
    if rows:
        named = "; ".join(one["what"] for one in rows[:SHOWN])
        more = f"; and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        what = f"{place.table}.{place.column}" if place.column else str(place.table)
        raise Stop(
            Reason.QUARANTINE_REFUSED,
            f"Step {step.name}: {what} cannot go into quarantine: {named}{more}. Nothing of the step was run. Take each of these"
            f" away in a step before, which has a rollback of its own{_NULLABLE if place.column else ''}.",
        )


_NULLABLE = " (for NOT NULL: ALTER COLUMN … DROP NOT NULL)"


def refuse_kept(session: Session, statements: Iterable[Statement], default: str) -> None:
    """Raises Stop(QuarantineLasts) when statements destroy what the ledger has in quarantine for longer."""
    destructive = [one for one in statements if one.destructive]
    if not destructive or not ledger.installed(session):
        return
    for row in session.execute(query("quarantine_kept")).fetchall():
        quarantine = Quarantine.model_validate(row["quarantine"])
        until = row["ended_at"] + kept_for(quarantine, default)
        place = place_of(quarantine)
        table, column = (place.table.name, place.renamed) if place.column else (place.renamed, "")
        if row["now"] < until and any(destroyed(table, column, one) for one in destructive):
            what = f"{place.table}.{place.renamed}" if place.column else place.renamed
            raise Stop(
                Reason.QUARANTINE_LASTS,
                f"{what} is in quarantine until {until:%Y-%m-%d %H:%M} UTC, by the change {row['namespace']}/{row['name']}."
                f" Nothing was destroyed. Name {row['name']} in spec.dependsOn, and this change waits for that moment by itself;"
                " or set spec.retry then.",
            )
