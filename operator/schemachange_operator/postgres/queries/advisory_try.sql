-- Takes the lock of this database if it is free. The two numbers are 'schm' and 'chng' in ASCII.
SELECT pg_try_advisory_lock(1935894637, 1667788391) AS locked
