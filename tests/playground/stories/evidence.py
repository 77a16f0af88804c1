"""Questions to the database itself."""

from typing import Any

from playground.shop import Shop

DONE_STEPS = """
SELECT coalesce(string_agg(s.name, ',' ORDER BY s.ended_at), '') FROM schemachange.step s
JOIN schemachange.change c ON c.id = s.change_id WHERE c.name = '{name}' AND s.state = 'Done'
"""


def has_column(shop: Shop, table: str, column: str) -> bool:
    """Whether a table has a column."""
    return bool(
        shop.ask(
            f"SELECT count(*) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = '{column}' AND NOT attisdropped"
        )
    )


def valid_index(shop: Shop, name: str) -> bool:
    """Whether an index is there and valid."""
    return bool(shop.ask(f"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{name}')"))


def ledger_state(shop: Shop, name: str) -> str | None:
    """The state of a change in the ledger; None where it has no row."""
    if not shop.ask("SELECT to_regclass('schemachange.change') IS NOT NULL"):
        return None
    state: str | None = shop.ask(
        f"SELECT state FROM schemachange.change WHERE name = '{name}' ORDER BY opened_at DESC LIMIT 1"
    )
    return state


def steps_done(shop: Shop, name: str) -> str:
    """The names of the steps done, in order, with commas between them."""
    return str(shop.ask(DONE_STEPS.format(name=name)))


def open_changes(shop: Shop) -> int:
    """Changes that the ledger does not have as ended."""
    if not shop.ask("SELECT to_regclass('schemachange.change') IS NOT NULL"):
        return 0
    return int(shop.ask("SELECT count(*) FROM schemachange.change WHERE state NOT IN ('Completed', 'RolledBack')"))


CATALOG = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
  SELECT format('%s %s %s %s %s', c.relname, a.attname, a.atttypid::regtype, a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) AS line
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
    WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS lines
"""


def catalog(shop: Shop) -> Any:
    """A fingerprint of the public schema, made without any of the operator's code."""
    return shop.ask(CATALOG)
