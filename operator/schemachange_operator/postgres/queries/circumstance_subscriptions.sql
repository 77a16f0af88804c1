-- Subscriptions that fill touched tables. Not the connection string, which can hold a password.
SELECT s.subname::text AS name, s.subenabled AS enabled, n.nspname || '.' || c.relname AS relation
  FROM pg_subscription s
  JOIN pg_subscription_rel r ON r.srsubid = s.oid
  JOIN pg_class c ON c.oid = r.srrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname || '.' || c.relname = ANY (%(relations)s)
 ORDER BY 1, 3
