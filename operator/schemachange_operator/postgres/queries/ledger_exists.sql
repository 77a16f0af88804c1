-- Whether the ledger is there, and whether this login may read it.
SELECT to_regclass('schemachange.version') IS NOT NULL AS installed
