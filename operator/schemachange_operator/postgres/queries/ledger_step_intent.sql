-- A step that cannot be in a transaction is about to run; `detail` says how things stood before.
INSERT INTO schemachange.step (change_id, name, state, attempt, detail)
VALUES (%(change_id)s, %(name)s, 'Intent', %(attempt)s, %(detail)s)
