-- The ledger's newest version.
SELECT max(number) AS number FROM schemachange.version
