-- The server and the database, as far as a throw-away copy has to resemble them. The locale's provider has its own
-- columns since PostgreSQL 15 and 17, hence JSON.
SELECT current_setting('server_version') AS version,
       (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
       pg_is_in_recovery() AS standby,
       pg_encoding_to_char(d.encoding) AS encoding,
       d.datcollate AS collate,
       d.datctype AS ctype,
       coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS locale_provider,
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale,
       current_setting('TimeZone') AS time_zone,
       pg_get_userbyid(d.datdba) AS owner
  FROM pg_database d
 WHERE d.datname = current_database()
