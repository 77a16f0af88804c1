-- Opens a change: from here on its relations are its own until it ends.
INSERT INTO schemachange.change (
    uid, namespace, name, content_digest, content, plan_digest, plan, record, relations, state, before_snapshot, system_identifier
)
SELECT
    %(uid)s, %(namespace)s, %(name)s, %(content_digest)s, %(content)s, %(plan_digest)s, %(plan)s, %(record)s,
    %(relations)s, 'Open', %(before_snapshot)s, system_identifier
FROM pg_control_system()
