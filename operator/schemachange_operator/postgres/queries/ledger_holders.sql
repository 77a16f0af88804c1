-- Other changes that keep this one from being opened: unproven ones, and open ones on the same relations.
SELECT namespace, name, state, ARRAY(SELECT unnest(relations) INTERSECT SELECT unnest(%(relations)s::text[]) ORDER BY 1) AS shared
FROM schemachange.change
WHERE (namespace, name) <> (%(namespace)s, %(name)s)
    AND (state = 'Unproven' OR state = 'Open' AND relations && %(relations)s::text[])
ORDER BY state DESC, opened_at
LIMIT 1
