CREATE SCHEMA archive;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE customers (id bigint PRIMARY KEY, name text, email varchar(100), region text, credit numeric(10, 2));
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint, total numeric(10, 2), quantity integer, note text DEFAULT 'none',
  code varchar(20) CONSTRAINT code_set CHECK (code IS NOT NULL), placed_at timestamp, state mood, amount positive,
  data json, currency text DEFAULT 'EUR' NOT NULL, external_id bigint, token_text text, fee numeric(10, 2),
  CONSTRAINT quantity_positive CHECK (quantity > 0)
);
CREATE INDEX orders_note_index ON orders (note);
CREATE INDEX orders_code_index ON orders (lower(code));
CREATE INDEX orders_placed_index ON orders (placed_at);
CREATE TABLE invoices (
  id bigint PRIMARY KEY, order_id bigint CONSTRAINT invoices_order REFERENCES orders, reference varchar(20)
);
CREATE INDEX invoices_reference_index ON invoices (reference);
CREATE TABLE regions (id integer PRIMARY KEY, name text);
CREATE TABLE letters (number bigint, body text);
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 (id bigint, at date NOT NULL);
CREATE VIEW customer_names AS SELECT id, name FROM customers;
CREATE MATERIALIZED VIEW order_totals AS SELECT id, total FROM orders;
CREATE UNIQUE INDEX order_totals_id ON order_totals (id);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE SEQUENCE tickets;
CREATE TYPE address AS (street text, town text);
CREATE TABLE prices (id bigint PRIMARY KEY, amount integer);
CREATE PUBLICATION price_feed FOR TABLE prices;
CREATE FOREIGN TABLE far_stock (id bigint, amount integer) SERVER far;
GRANT SELECT ON customers TO PUBLIC;
GRANT SELECT ON customer_names TO PUBLIC;
CREATE FUNCTION order_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM orders';
