"""RENAME COLUMN: a second column of the new name, kept equal by a trigger until no code uses the old one."""

from schemachange_operator.api.migration import Backfill
from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.kept_by_trigger import keeper_of
from schemachange_operator.core.sequences.offer import Offer, fill, step
from schemachange_operator.core.sequences.writing import quoted, ranged

MENDS = ("rename-column",)

_BODY = """\
  IF OLD IS NULL THEN
    NEW.{new} := coalesce(NEW.{new}, NEW.{old});
    NEW.{old} := NEW.{new};
  ELSIF NEW.{new} IS DISTINCT FROM OLD.{new} THEN
    NEW.{old} := NEW.{new};
  ELSE
    NEW.{new} := NEW.{old};
  END IF;"""


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. The column's type has to be known."""
    tree = place.tree
    facts = place.facts(place.table)
    old, new = tree.get("subname", ""), tree["newname"]
    if tree["rename_type"] != "OBJECT_COLUMN" or facts is None or old not in facts.columns or facts.kind not in {"r", "p"}:
        return None
    table = ranged(tree["relation"])
    body = _BODY.format(old=quoted(old), new=quoted(new))
    kept = keeper_of(place, new, body)
    kind, default = facts.columns[old].type, facts.columns[old].default
    add = f"ALTER TABLE {table} ADD COLUMN {quoted(new)} {kind}"
    same = Backfill(table=table, set={new: quoted(old)}, where=f"{quoted(new)} IS DISTINCT FROM {quoted(old)}")
    more = [word for word, has in (("default", default), ("NOT NULL", facts.columns[old].not_null)) if has]
    return Offer(
        steps=(
            step("add", add, *kept.make, undo=(*kept.drop, f"ALTER TABLE {table} DROP COLUMN {quoted(new)}")),
            fill("fill", same),
        ),
        asks=(
            "This is the Expand half. When all code uses the new name, a second change with compatibility Contract gives the new"
            f" column the old one's {', '.join([*more, 'indexes and constraints'])}, and drops trigger, function and old column.",
        ),
    )
