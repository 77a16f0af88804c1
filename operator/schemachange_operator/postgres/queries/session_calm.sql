-- Settings of this session, where the server knows them: transaction_timeout (17+) and idle_session_timeout would end
-- our sessions; the others let the server notice within seconds that the client is gone.
SELECT set_config(wanted.name, wanted.value, false)
FROM (
    VALUES
        ('transaction_timeout', '0'),
        ('idle_session_timeout', '0'),
        ('client_connection_check_interval', '2000'),
        ('tcp_keepalives_idle', '10'),
        ('tcp_keepalives_interval', '5'),
        ('tcp_keepalives_count', '3')
) AS wanted (name, value)
JOIN pg_settings USING (name)
