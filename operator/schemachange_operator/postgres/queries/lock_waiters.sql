-- Which of these sessions wait behind that one.
SELECT waiter.pid FROM unnest(%(waiters)s::integer[]) AS waiter (pid) WHERE %(pid)s = ANY (pg_blocking_pids(waiter.pid))
