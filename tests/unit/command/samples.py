"""Files that several tests plan."""

MANIFEST = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: texts}
data:
  back.sql: |
    SELECT 1;
    ALTER TABL orders;
---
apiVersion: schemachange.dev/v1alpha1
kind: SchemaChange
metadata: {name: orders-note}
spec:
  database: {name: orders}
  why: note has moved
  designedOn: 2026-11-20
  migration:
    steps:
      - name: drop
        sql: |
          ALTER TABLE orders ADD COLUMN x int;

          DROP TABLE notes;
        rollback:
          sqlFrom: {name: texts, key: back.sql}
      - name: inline
        sql: DROP TABLE others
        rollback: {irreversible: {reason: data is gone}}
      - name: fill
        backfill:
          table: orders
          set: {x: "1 +"}
        rollback: {notNeeded: goes with drop}
"""
GOOD = MANIFEST.replace("ALTER TABL ", "ALTER TABLE ").replace("ALTER TABLE orders;", "DROP TABLE y;").replace("1 +", "1")
"""The same with nothing that cannot be read."""
