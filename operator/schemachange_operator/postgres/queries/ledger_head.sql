-- The chain's last entry.
SELECT sequence, encode(digest, 'hex') AS digest FROM schemachange.entry ORDER BY sequence DESC LIMIT 1
