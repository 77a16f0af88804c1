INSERT INTO customers (email, currency)
  SELECT 'customer' || n || '@example.com', (ARRAY['EUR', 'USD', 'CHF'])[1 + n % 3] FROM generate_series(1, 1000) AS n;
INSERT INTO orders (customer_id, amount, note)
  SELECT 1 + n % 1000, (n % 10000) / 100.0, CASE WHEN n % 5 = 0 THEN 'gift' END FROM generate_series(1, %(rows)s) AS n;
ANALYZE customers, orders;
