-- The fourth part of the corpus: what teams commit day by day, written before the rules had seen it.

-- case: day-nullable-with-comment | safe | nothing
ALTER TABLE users ADD COLUMN timezone text;
COMMENT ON COLUMN users.timezone IS 'IANA name';

-- case: day-two-columns-and-index | hazardous | stalls
ALTER TABLE orders ADD COLUMN channel text, ADD COLUMN campaign text;
CREATE INDEX idx_orders_campaign ON orders (campaign);

-- case: day-boolean-flag | safe | nothing
ALTER TABLE products ADD COLUMN featured boolean NOT NULL DEFAULT false;

-- case: day-index-on-fresh-column-concurrently | safe | nothing
ALTER TABLE products ADD COLUMN brand_id bigint;
-- next step
CREATE INDEX CONCURRENTLY idx_products_brand ON products (brand_id) WHERE brand_id IS NOT NULL;

-- case: day-new-lookup-with-seed | safe | nothing
CREATE TABLE order_sources (id smallint PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO order_sources VALUES (1, 'web'), (2, 'store');
ALTER TABLE orders ADD COLUMN source_id smallint REFERENCES order_sources (id);

-- case: day-new-lookup-with-required-reference | hazardous | stalls
CREATE TABLE order_sources (id smallint PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO order_sources VALUES (1, 'web'), (2, 'store');
ALTER TABLE orders ADD COLUMN source_id smallint NOT NULL DEFAULT 1 REFERENCES order_sources (id);

-- case: day-split-name | hazardous | stalls
ALTER TABLE users ADD COLUMN first_name text, ADD COLUMN last_name text;
UPDATE users SET first_name = split_part(name, ' ', 1), last_name = split_part(name, ' ', 2);

-- case: day-normalise-email | hazardous | writes
UPDATE users SET email = lower(email);

-- case: day-purge-soft-deleted | hazardous | writes
DELETE FROM line_items WHERE order_id IN (SELECT id FROM orders WHERE placed_at < '2030-01-01');

-- case: day-fix-one-customer | safe | nothing
UPDATE users SET status = 'active', login_count = 0 WHERE email = 'u9@example.com';

-- case: day-fix-some-customers | safe | nothing
UPDATE users SET status = 'active' WHERE id IN (11, 12, 13);

-- case: day-backfill-null-only | hazardous | writes
UPDATE users SET profile = '{}' WHERE profile IS NULL;

-- case: day-increase-varchar-pk | hazardous | stalls
ALTER TABLE countries ALTER COLUMN code TYPE varchar(3);
ALTER TABLE products ALTER COLUMN stock TYPE bigint;

-- case: day-default-then-not-null-existing | hazardous | stalls
ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;
UPDATE orders SET total = 0 WHERE total IS NULL;
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;

-- case: day-composite-index | hazardous | stalls
CREATE INDEX line_items_order_product ON line_items (order_id, product_id);

-- case: day-brin | hazardous | stalls
CREATE INDEX audit_at_brin ON audit_log USING brin (at);

-- case: day-drop-two-indexes | hazardous | judged: DROP INDEX CONCURRENTLY does the same without a lock on the table that reads wait for
DROP INDEX IF EXISTS users_last_login, orders_user_id;

-- case: day-replace-index-concurrently | safe | nothing
CREATE INDEX CONCURRENTLY orders_user_placed ON orders (user_id, placed_at);
-- next step
DROP INDEX CONCURRENTLY orders_user_id;

-- case: day-replace-unique-index-concurrently | safe | nothing
CREATE UNIQUE INDEX CONCURRENTLY products_sku_unique ON products (sku);
-- next step
DROP INDEX CONCURRENTLY products_sku_key;

-- case: day-partial-unique | hazardous | stalls
CREATE UNIQUE INDEX one_live_nickname ON users (id) WHERE deleted_at IS NULL;

-- case: day-check-enum-extension | hazardous | stalls
ALTER TABLE line_items DROP CONSTRAINT line_items_quantity_positive, ADD CONSTRAINT line_items_quantity_positive CHECK (quantity >= 0);

-- case: day-rename-column-with-view-compat | hazardous | breaks
ALTER TABLE payments RENAME COLUMN external_id TO provider_reference;

-- case: day-rename-constraint-and-index | safe | nothing
ALTER TABLE users RENAME CONSTRAINT users_email_key TO uq_users_email;
ALTER INDEX users_lower_email RENAME TO ix_users_lower_email;

-- case: day-drop-empty-audit | hazardous | breaks
DROP TABLE IF EXISTS audit_log;

-- case: day-archive-by-rename | hazardous | breaks
ALTER TABLE audit_log RENAME TO audit_log_2026;
CREATE TABLE audit_log (LIKE audit_log_2026 INCLUDING ALL);

-- case: day-add-generated-key-to-new | safe | nothing
CREATE TABLE tokens (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE, token text NOT NULL, expires_at timestamptz NOT NULL);
CREATE UNIQUE INDEX tokens_token ON tokens (token);
CREATE INDEX tokens_user ON tokens (user_id);

-- case: day-materialize | safe | nothing
CREATE MATERIALIZED VIEW top_products AS SELECT product_id, sum(quantity) AS sold FROM line_items GROUP BY product_id;
CREATE UNIQUE INDEX top_products_product ON top_products (product_id);
GRANT SELECT ON top_products TO PUBLIC;

-- case: day-rebuild-matview | hazardous | breaks
DROP MATERIALIZED VIEW sales_by_day;
CREATE MATERIALIZED VIEW sales_by_day AS SELECT placed_at::date AS day, count(*) AS orders, sum(total) AS total, max(total) AS largest FROM orders GROUP BY 1;

-- case: day-rebuild-matview-with-grants | hazardous | stalls
DROP MATERIALIZED VIEW sales_by_day;
CREATE MATERIALIZED VIEW sales_by_day AS SELECT placed_at::date AS day, count(*) AS orders, sum(total) AS total, max(total) AS largest FROM orders GROUP BY 1;
CREATE UNIQUE INDEX sales_by_day_day ON sales_by_day (day);
GRANT ALL ON sales_by_day TO corpus_app;

-- case: day-new-view | safe | nothing
CREATE VIEW recent_orders AS SELECT * FROM orders WHERE placed_at > now() - interval '7 days';
GRANT SELECT ON recent_orders TO PUBLIC;

-- case: day-audit-trigger | hazardous | judged: CREATE TRIGGER holds SHARE ROW EXCLUSIVE, and every write runs it from then on
CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER orders_audit AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION log_change();

-- case: day-tenant-isolation | hazardous | breaks
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON orders USING (user_id = current_setting('app.user', true)::bigint);

-- case: day-read-only-role | safe | nothing
GRANT SELECT ON users, orders TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;

-- case: day-tune-autovacuum | safe | nothing
ALTER TABLE line_items SET (autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.01);

-- case: day-tune-toast | safe | nothing
ALTER TABLE products ALTER COLUMN description SET STORAGE EXTENDED;

-- case: day-partition-next-month | safe | nothing
CREATE TABLE events_2031 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE events_2031 ADD CONSTRAINT bounds CHECK (occurred_on >= '2031-01-01' AND occurred_on < '2032-01-01');
ALTER TABLE events ATTACH PARTITION events_2031 FOR VALUES FROM ('2031-01-01') TO ('2032-01-01');

-- case: day-money-to-cents | hazardous | stalls
ALTER TABLE payments ALTER COLUMN amount TYPE bigint USING (amount * 100)::bigint;

-- case: day-text-limit-by-type | hazardous | stalls
ALTER TABLE sessions ALTER COLUMN data TYPE varchar(4000);

-- case: day-wider-code-with-unique | hazardous | stalls
ALTER TABLE coupons ALTER COLUMN code TYPE varchar(64);

-- case: day-wider-unique-without-expression | safe | nothing
ALTER TABLE products ALTER COLUMN sku TYPE varchar(60);

-- case: day-fk-with-index-first | safe | nothing
CREATE INDEX CONCURRENTLY payments_order_id ON payments (order_id);
-- next step
ALTER TABLE payments ADD CONSTRAINT payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE RESTRICT NOT VALID;
-- next step
ALTER TABLE payments VALIDATE CONSTRAINT payments_order_id_fkey;

-- case: day-self-reference | hazardous | stalls
ALTER TABLE users ADD COLUMN manager_id bigint;
ALTER TABLE users ADD CONSTRAINT users_manager FOREIGN KEY (manager_id) REFERENCES users (id);

-- case: day-not-null-after-check-earlier | safe | nothing
ALTER TABLE orders VALIDATE CONSTRAINT orders_source_set;
-- next step
ALTER TABLE orders ALTER COLUMN source SET NOT NULL;

-- case: day-upgrade-extension | safe | nothing
CREATE EXTENSION IF NOT EXISTS plpgsql;

-- case: day-sequence-cache | safe | nothing
ALTER SEQUENCE invoice_numbers CACHE 50;

-- case: day-add-unlogged-queue | safe | nothing
CREATE UNLOGGED TABLE queue (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb NOT NULL);

-- case: day-insert-missing-settings | safe | nothing
INSERT INTO settings (key, value) SELECT 'limit', '10' WHERE NOT EXISTS (SELECT 1 FROM settings WHERE key = 'limit');

-- case: day-copy-between-large | hazardous | judged: as many rows as the other table has, in one transaction in a table in use
INSERT INTO legacy_imports (batch, line, body) SELECT 0, id, note FROM orders;

-- case: day-swap-primary-key | hazardous | stalls
ALTER TABLE payments DROP CONSTRAINT payments_pkey;
ALTER TABLE payments ADD PRIMARY KEY (id);

-- case: day-set-column-generated-default | safe | nothing
ALTER TABLE audit_log ALTER COLUMN at SET DEFAULT clock_timestamp();

-- case: day-drop-column-default-and-type | hazardous | stalls
ALTER TABLE users ALTER COLUMN login_count DROP DEFAULT, ALTER COLUMN login_count TYPE bigint, ALTER COLUMN login_count SET DEFAULT 0;

-- case: day-default-dropped-and-set-again | safe | nothing
ALTER TABLE users ALTER COLUMN status DROP DEFAULT;
ALTER TABLE users ALTER COLUMN status SET DEFAULT 'fresh';
