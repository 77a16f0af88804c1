"""No literal of the change stands in the plan's sequences, and the author sees his own."""

import pytest

from schemachange_operator.core.sequences.forms import safe_sequence
from schemachange_operator.core.sequences.hiding import MARK
from schemachange_operator.core.sequences.offering import offered
from schemachange_operator.core.sql.content_check import check_content
from schemachange_operator.core.sql.statement import read_statements
from unit.rules.support import SHOP, content, found

SECRET = "s3cret"
STATEMENTS = (
    f"ALTER TABLE orders ADD CHECK (note <> '{SECRET}' AND total > 4711)",
    f"ALTER TABLE orders ADD COLUMN a text DEFAULT gen_random_uuid()::text || '{SECRET}' CHECK (a <> '4711')",
    f"UPDATE orders SET note = '{SECRET}' WHERE total > 4711",
    f"CREATE INDEX i ON orders (note) WHERE code = $${SECRET}$$ AND total = 4711",
    f"ALTER TABLE orders ALTER note TYPE varchar(10) USING coalesce(note, E'{SECRET}4711')",
    f"ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('{SECRET}') TO ('4711')",
    f"ALTER TYPE mood ADD VALUE '{SECRET}4711';\nUPDATE orders SET state = '{SECRET}4711' WHERE id = 4711;",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_literals_are_hidden_and_named_by_a_mark(statement: str) -> None:
    (one,) = offered(content(statement), SHOP, found(statement))
    shown, own = safe_sequence(one), safe_sequence(one, with_literals=True)
    for text in (shown.sql, shown.yaml, shown.note):
        assert SECRET not in text and "4711" not in text
    assert MARK in shown.sql and MARK in shown.yaml
    assert SECRET in own.sql and "4711" in own.sql and SECRET in own.yaml


def test_what_is_hidden_cannot_be_run_by_mistake() -> None:
    (one,) = offered(content(STATEMENTS[0]), SHOP, found(STATEMENTS[0]))
    hidden = safe_sequence(one).sql.split("\n-- next step\n")[0]
    assert check_content(content(hidden))
    assert read_statements(safe_sequence(one, with_literals=True).sql)


def test_names_of_sequences_are_no_data() -> None:
    statement = "ALTER TABLE orders ADD COLUMN number bigserial"
    (one,) = offered(content(statement), SHOP, found(statement))
    assert safe_sequence(one).sql == safe_sequence(one, with_literals=True).sql
    assert "nextval('orders_number_seq')" in safe_sequence(one).sql
