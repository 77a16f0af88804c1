-- The runner that has taken the database over last.
SELECT number, token::text AS token, application_name, system_identifier, timeline FROM schemachange.runner
