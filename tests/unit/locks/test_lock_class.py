"""Which statements may wait for how long."""

import pytest

from schemachange_operator.core.lock_class import LockClass, lock_class
from schemachange_operator.core.sql.statement import read_statements

CLASSES: list[tuple[str, LockClass]] = [
    ("ALTER TABLE t ADD c int", LockClass.STRONG),
    ("CREATE INDEX ON t (a)", LockClass.STRONG),
    ("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", LockClass.STRONG),
    ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (a) NOT VALID", LockClass.STRONG),
    ("ALTER TABLE p ATTACH PARTITION t DEFAULT", LockClass.STRONG),
    ("REFRESH MATERIALIZED VIEW CONCURRENTLY v", LockClass.STRONG),
    ("DROP TABLE t", LockClass.STRONG),
    ("VACUUM FULL t", LockClass.STRONG),
    ("DO $$BEGIN EXECUTE 'DROP TABLE t'; END$$", LockClass.STRONG),
    ("SELECT something()", LockClass.STRONG),
    ("SELECT something() FROM t", LockClass.STRONG),
    ("ALTER TABLE t VALIDATE CONSTRAINT c", LockClass.WEAK),
    ("ALTER TABLE t ALTER a SET STATISTICS 100", LockClass.WEAK),
    ("ANALYZE t", LockClass.WEAK),
    ("UPDATE t SET a = 1", LockClass.ROWS),
    ("SELECT FROM t FOR UPDATE", LockClass.ROWS),
    ("CREATE INDEX CONCURRENTLY i ON t (a)", LockClass.UNLIMITED),
    ("DROP INDEX CONCURRENTLY i", LockClass.UNLIMITED),
    ("REINDEX TABLE CONCURRENTLY t", LockClass.UNLIMITED),
    ("ALTER TABLE p DETACH PARTITION t CONCURRENTLY", LockClass.UNLIMITED),
    ("VACUUM t", LockClass.UNLIMITED),
]


@pytest.mark.parametrize(("sql", "wanted"), CLASSES, ids=[sql for sql, _ in CLASSES])
def test_each_statement_has_its_class(sql: str, wanted: LockClass) -> None:
    (statement,) = read_statements(sql)
    assert lock_class(statement) is wanted
