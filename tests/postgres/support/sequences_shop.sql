CREATE SCHEMA "Sales";
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE customers (id bigint PRIMARY KEY, name text, region text DEFAULT 'north');
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint, total numeric(10, 2), quantity integer NOT NULL DEFAULT 1, note text DEFAULT 'none',
  code varchar(20) CONSTRAINT code_set CHECK (code IS NOT NULL), placed_at timestamp, state mood, external_id bigint, due integer
);
CREATE INDEX orders_note_index ON orders (note);
CREATE INDEX orders_due_index ON orders (due DESC) WHERE due > 0;
CREATE TABLE "Sales"."Order Lines" ("Line No" bigint PRIMARY KEY, "Order" bigint, "Unit Price" numeric, sku text);
CREATE INDEX "Sku Index" ON "Sales"."Order Lines" (sku text_pattern_ops);
CREATE TABLE letters (number bigint, body text);
CREATE TABLE stamps (number bigint, land text);
CREATE UNIQUE INDEX stamps_key ON stamps (number, land);
CREATE TABLE invoices (id bigint PRIMARY KEY, order_id bigint CONSTRAINT invoices_order REFERENCES orders, reference varchar(20));
CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY RANGE (id);
CREATE TABLE events_2024_low PARTITION OF events_2024 FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE events_2026 (id bigint, at date NOT NULL);
CREATE INDEX events_at ON events (at);
CREATE TABLE parcels (id bigint NOT NULL, land text, note text) PARTITION BY LIST (land);
CREATE TABLE parcels_de PARTITION OF parcels FOR VALUES IN ('de');
CREATE TABLE parcels_rest PARTITION OF parcels DEFAULT;
CREATE TABLE parcels_fr (id bigint NOT NULL, land text, note text);
CREATE MATERIALIZED VIEW order_totals AS SELECT id, total FROM orders;
CREATE UNIQUE INDEX order_totals_id ON order_totals (id);
INSERT INTO customers SELECT g, 'name ' || g FROM generate_series(1, 20) g;
INSERT INTO orders (id, customer_id, total, quantity, note, code, placed_at, state, external_id, due)
  SELECT g, g, 1, 1, 'note ' || g, 'code ' || g, '2026-01-01', 'sad', g, g FROM generate_series(1, 20) g;
INSERT INTO "Sales"."Order Lines" SELECT g, g, 1, 'sku ' || g FROM generate_series(1, 20) g;
INSERT INTO invoices SELECT g, g, 'r' || g FROM generate_series(1, 20) g;
INSERT INTO letters SELECT g, 'body' FROM generate_series(1, 20) g;
INSERT INTO events SELECT g, '2025-06-01' FROM generate_series(1, 20) g;
INSERT INTO events_2026 SELECT g, '2026-06-01' FROM generate_series(1, 20) g;
INSERT INTO parcels SELECT g, 'it' FROM generate_series(1, 20) g;
INSERT INTO parcels_fr SELECT g, 'fr' FROM generate_series(1, 20) g;
REFRESH MATERIALIZED VIEW order_totals;
