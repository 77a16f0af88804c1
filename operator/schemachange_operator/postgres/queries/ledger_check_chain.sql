-- Entries that break the chain: no answer is a whole chain.
SELECT sequence, digest <> expected AS forged, previous <> last_digest OR sequence <> last_sequence + 1 AS torn
FROM (
    SELECT
        sequence, digest, previous,
        lag(digest, 1, '') OVER (ORDER BY sequence) AS last_digest,
        lag(sequence, 1, 0) OVER (ORDER BY sequence) AS last_sequence,
        sha256(convert_to(concat_ws(
            E'\n',
            sequence, to_char(written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), event, content,
            encode(previous, 'hex')
        ), 'UTF8')) AS expected
    FROM schemachange.entry
) AS entry
WHERE digest <> expected OR previous <> last_digest OR sequence <> last_sequence + 1
ORDER BY sequence
