-- Cancels or ends one session of a client: never replication, vacuum or a session of this login, whoever asks.
SELECT CASE WHEN %(terminate)s THEN pg_terminate_backend(pid) ELSE pg_cancel_backend(pid) END AS ended
FROM pg_stat_activity
WHERE pid = %(pid)s AND usename = %(user)s AND application_name = %(application_name)s
    AND backend_type = 'client backend' AND usename <> session_user
