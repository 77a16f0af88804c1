-- The catalog as it was before the first step.
SELECT before_snapshot FROM schemachange.change WHERE id = %(id)s
