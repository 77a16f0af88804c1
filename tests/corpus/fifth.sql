-- The fifth part of the corpus: half of it everyday, half of it nasty, written before the rules had seen it.

-- case: week-nullable-json-with-gin | hazardous | stalls
ALTER TABLE products ADD COLUMN attributes jsonb;
CREATE INDEX products_tags_gin ON products USING gin (tags);

-- case: week-gin-concurrently | safe | nothing
CREATE INDEX CONCURRENTLY products_tags_gin ON products USING gin (tags);

-- case: week-feature-table-with-settings | safe | nothing
CREATE TABLE features (name text PRIMARY KEY, enabled boolean NOT NULL DEFAULT false, changed_at timestamptz NOT NULL DEFAULT now());
INSERT INTO features (name) VALUES ('checkout'), ('search') ON CONFLICT DO NOTHING;
INSERT INTO settings (key, value) VALUES ('features', 'on') ON CONFLICT (key) DO NOTHING;

-- case: week-join-table | safe | nothing
CREATE TABLE product_countries (
  product_id integer NOT NULL REFERENCES products (id),
  country_code char(2) NOT NULL REFERENCES countries (code),
  PRIMARY KEY (product_id, country_code)
);
CREATE INDEX product_countries_country ON product_countries (country_code);

-- case: week-comment-and-default | safe | nothing
COMMENT ON TABLE orders IS 'One row for each order';
ALTER TABLE orders ALTER COLUMN currency SET DEFAULT 'EUR';

-- case: week-constant-column-then-default-dropped | hazardous | breaks
ALTER TABLE payments ADD COLUMN region text NOT NULL DEFAULT 'eu';
ALTER TABLE payments ALTER COLUMN region DROP DEFAULT;

-- case: week-nullable-then-drop-not-null | safe | nothing
ALTER TABLE orders ALTER COLUMN user_id DROP NOT NULL;

-- case: week-price-check-validated-later | safe | nothing
ALTER TABLE line_items ADD CONSTRAINT unit_price_positive CHECK (unit_price >= 0) NOT VALID;
-- next step
ALTER TABLE line_items VALIDATE CONSTRAINT unit_price_positive;

-- case: week-price-check-at-once | hazardous | stalls
ALTER TABLE line_items ADD CONSTRAINT unit_price_positive CHECK (unit_price >= 0);

-- case: week-uuid-column-backfilled-at-once | hazardous | stalls
ALTER TABLE orders ADD COLUMN public_id uuid;
UPDATE orders SET public_id = gen_random_uuid();
ALTER TABLE orders ALTER COLUMN public_id SET NOT NULL;

-- case: week-view-with-one-column-more | safe | nothing
CREATE OR REPLACE VIEW open_orders AS SELECT id, user_id, total, placed_at FROM orders WHERE status <> 'shipped';

-- case: week-small-lookup-update | safe | nothing
UPDATE countries SET region = 'Europe' WHERE code IN ('AA', 'AB');

-- case: week-unique-by-index | safe | nothing
CREATE UNIQUE INDEX CONCURRENTLY orders_reference_key ON orders (reference);
-- next step
ALTER TABLE orders ADD CONSTRAINT orders_reference_key UNIQUE USING INDEX orders_reference_key;

-- case: week-clean-old-sessions | hazardous | writes
DELETE FROM sessions WHERE seen_at < now() - interval '30 days';

-- case: week-drop-column-of-view | hazardous | fails
ALTER TABLE users DROP COLUMN deleted_at;

-- case: nasty-default-partition-scanned | hazardous | stalls
CREATE TABLE readings_2027 (LIKE readings INCLUDING ALL);
ALTER TABLE readings ATTACH PARTITION readings_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- case: nasty-partition-of-with-default | hazardous | stalls
CREATE TABLE readings_2027 PARTITION OF readings FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- case: nasty-partition-of-without-default | hazardous | judged: CREATE TABLE and ATTACH do the same without a lock on the whole partitioned table that reads wait for
CREATE TABLE events_2032 PARTITION OF events FOR VALUES FROM ('2032-01-01') TO ('2033-01-01');

-- case: nasty-grant-after-recreate-forgotten | hazardous | breaks
DROP VIEW open_orders;
CREATE VIEW open_orders AS SELECT id, user_id, total FROM orders WHERE status <> 'shipped';

-- case: nasty-recreate-with-grant | safe | nothing
DROP VIEW open_orders;
CREATE VIEW open_orders AS SELECT id, user_id, total FROM orders WHERE status <> 'shipped';
GRANT SELECT ON open_orders TO corpus_app;

-- case: nasty-search-path-hides | hazardous | stalls
SET LOCAL search_path = public, pg_catalog;
CREATE INDEX users_age ON users (age);

-- case: nasty-function-does-the-ddl | hazardous | stalls
CREATE FUNCTION migrate() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE INDEX orders_total ON orders (total); END $$;
SELECT migrate();
DROP FUNCTION migrate();

-- case: nasty-loop-updates-all | hazardous | writes
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT id FROM orders LOOP
    UPDATE orders SET note = 'seen' WHERE id = r.id;
  END LOOP;
END $$;

-- case: nasty-update-in-cte | hazardous | writes
WITH moved AS (DELETE FROM legacy_imports RETURNING batch, line, body) INSERT INTO settings (key, value) SELECT 'imported', count(*)::text FROM moved;

-- case: nasty-sequence-restart | hazardous | breaks
ALTER TABLE users ALTER COLUMN id RESTART WITH 1;

-- case: nasty-sequence-ahead | safe | nothing
ALTER SEQUENCE invoice_numbers INCREMENT BY 10;

-- case: nasty-domain-check | hazardous | stalls
ALTER DOMAIN email_address ADD CONSTRAINT not_too_long CHECK (length(VALUE) < 200);

-- case: nasty-domain-check-not-valid | safe | nothing
ALTER DOMAIN email_address ADD CONSTRAINT not_too_long CHECK (length(VALUE) < 200) NOT VALID;

-- case: nasty-trigger-refuses | hazardous | breaks
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$;
CREATE TRIGGER payments_closed BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION refuse();

-- case: nasty-rule-instead | hazardous | breaks
CREATE RULE audit_log_off AS ON INSERT TO audit_log DO INSTEAD NOTHING;

-- case: nasty-revoke-insert | hazardous | breaks
REVOKE INSERT, UPDATE ON payments FROM corpus_app;

-- case: nasty-column-named-like-another | safe | nothing
ALTER TABLE events_2027 ADD COLUMN orders text, ADD COLUMN "users" text;

-- case: nasty-add-and-validate-in-one | hazardous | stalls
ALTER TABLE payments ADD CONSTRAINT payments_order FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
ALTER TABLE payments VALIDATE CONSTRAINT payments_order;
ALTER TABLE payments ALTER COLUMN provider SET DEFAULT 'cash';
