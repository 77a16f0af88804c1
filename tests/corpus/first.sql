-- The first half of the corpus. A case begins with `-- case: NAME | LABEL | WHAT IS SEEN`; WHAT IS SEEN is what a real server
-- shows: stalls (a lock that makes reads or writes wait is held through work that grows with rows), writes (many rows are
-- locked in one transaction), fails, breaks (the application of application.sql), nothing; with `judged:` and the reason where
-- the label says more than a server can show. Steps are divided by `-- next step`.

-- case: rails-add-index | hazardous | stalls
CREATE INDEX "index_orders_on_status" ON "orders" ("status");

-- case: rails-add-index-concurrently | safe | nothing
CREATE INDEX CONCURRENTLY "index_orders_on_status" ON "orders" ("status");

-- case: rails-add-unique-index | hazardous | stalls
CREATE UNIQUE INDEX "index_payments_on_order_id" ON "payments" ("order_id");

-- case: rails-add-index-small-table | safe | nothing
CREATE INDEX "index_countries_on_region" ON "countries" ("region");

-- case: rails-create-table | safe | nothing
CREATE TABLE "addresses" ("id" bigserial primary key, "street" character varying, "user_id" bigint NOT NULL, "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL, CONSTRAINT "fk_rails_48c9e0c5a2" FOREIGN KEY ("user_id") REFERENCES "users" ("id"));
CREATE INDEX "index_addresses_on_user_id" ON "addresses" ("user_id");

-- case: rails-add-column | safe | nothing
ALTER TABLE "users" ADD "locale" character varying;

-- case: rails-add-column-default | safe | nothing
ALTER TABLE "users" ADD "admin" boolean DEFAULT FALSE NOT NULL;

-- case: rails-add-timestamps | safe | nothing
ALTER TABLE "coupons" ADD "created_at" timestamp(6) DEFAULT CURRENT_TIMESTAMP NOT NULL;
ALTER TABLE "coupons" ADD "updated_at" timestamp(6) DEFAULT CURRENT_TIMESTAMP NOT NULL;

-- case: rails-add-uuid-default | hazardous | stalls
ALTER TABLE "users" ADD "public_id" uuid DEFAULT gen_random_uuid() NOT NULL;

-- case: rails-uuid-in-two-statements | safe | nothing
ALTER TABLE "users" ADD "public_id" uuid;
ALTER TABLE "users" ALTER COLUMN "public_id" SET DEFAULT gen_random_uuid();

-- case: rails-remove-column | hazardous | breaks
ALTER TABLE "users" DROP COLUMN "nickname";

-- case: rails-rename-column | hazardous | breaks
ALTER TABLE "users" RENAME COLUMN "name" TO "full_name";

-- case: rails-rename-table | hazardous | breaks
ALTER TABLE "coupons" RENAME TO "vouchers";

-- case: rails-rename-table-with-view | safe | nothing
ALTER TABLE coupons RENAME TO vouchers;
CREATE VIEW coupons AS SELECT * FROM vouchers;
GRANT SELECT, INSERT, UPDATE, DELETE ON coupons TO PUBLIC;

-- case: rails-change-column-bigint | hazardous | stalls
ALTER TABLE "line_items" ALTER COLUMN "product_id" TYPE bigint;

-- case: rails-change-column-wider-varchar | safe | nothing
ALTER TABLE "orders" ALTER COLUMN "reference" TYPE character varying(120);

-- case: rails-change-column-varchar-to-text | safe | nothing
ALTER TABLE "users" ALTER COLUMN "phone" TYPE text;

-- case: rails-change-column-with-expression-index | hazardous | stalls
ALTER TABLE "coupons" ALTER COLUMN "code" TYPE character varying(32);

-- case: rails-change-column-with-partial-index | hazardous | stalls
ALTER TABLE "products" ALTER COLUMN "category" TYPE text;

-- case: rails-change-column-with-plain-index | safe | nothing
ALTER TABLE "products" ALTER COLUMN "title" TYPE text;

-- case: rails-change-column-narrower | hazardous | stalls
ALTER TABLE "orders" ALTER COLUMN "reference" TYPE character varying(20);

-- case: rails-change-column-null | hazardous | stalls
ALTER TABLE "users" ALTER COLUMN "age" SET NOT NULL;

-- case: rails-change-column-null-with-check | safe | nothing
ALTER TABLE "orders" ALTER COLUMN "currency" SET NOT NULL;

-- case: rails-change-column-null-with-unproven-check | hazardous | stalls
ALTER TABLE "orders" ALTER COLUMN "source" SET NOT NULL;

-- case: rails-drop-not-null | safe | nothing
ALTER TABLE "users" ALTER COLUMN "status" DROP NOT NULL;

-- case: rails-change-default | safe | nothing
ALTER TABLE "users" ALTER COLUMN "status" SET DEFAULT 'new';

-- case: rails-drop-default-of-required-column | hazardous | breaks
ALTER TABLE "users" ALTER COLUMN "status" DROP DEFAULT;

-- case: rails-drop-default-of-nullable-column | hazardous | breaks
ALTER TABLE "orders" ALTER COLUMN "currency" DROP DEFAULT;

-- case: rails-add-foreign-key | hazardous | stalls
ALTER TABLE "orders" ADD CONSTRAINT "fk_rails_f868b47f6a" FOREIGN KEY ("user_id") REFERENCES "users" ("id");

-- case: rails-add-foreign-key-not-valid | safe | nothing
ALTER TABLE "orders" ADD CONSTRAINT "fk_rails_f868b47f6a" FOREIGN KEY ("user_id") REFERENCES "users" ("id") NOT VALID;
-- next step
ALTER TABLE "orders" VALIDATE CONSTRAINT "fk_rails_f868b47f6a";

-- case: rails-add-and-validate-in-one-transaction | hazardous | stalls
ALTER TABLE "orders" ADD CONSTRAINT "fk_rails_f868b47f6a" FOREIGN KEY ("user_id") REFERENCES "users" ("id") NOT VALID;
ALTER TABLE "orders" VALIDATE CONSTRAINT "fk_rails_f868b47f6a";

-- case: rails-add-check | hazardous | stalls
ALTER TABLE "users" ADD CONSTRAINT "age_sensible" CHECK (age < 200);

-- case: rails-add-check-not-valid | safe | nothing
ALTER TABLE "users" ADD CONSTRAINT "age_sensible" CHECK (age < 200) NOT VALID;

-- case: rails-add-reference | safe | nothing
ALTER TABLE "payments" ADD COLUMN "user_id" bigint;
-- next step
CREATE INDEX CONCURRENTLY "index_payments_on_user_id" ON "payments" ("user_id");

-- case: rails-add-reference-with-index | hazardous | stalls
ALTER TABLE "payments" ADD COLUMN "user_id" bigint;
CREATE INDEX "index_payments_on_user_id" ON "payments" ("user_id");

-- case: rails-drop-table | hazardous | breaks
DROP TABLE "legacy_imports";

-- case: rails-remove-index | hazardous | judged: DROP INDEX CONCURRENTLY does the same without a lock on the table that reads wait for
DROP INDEX "orders_placed_at";

-- case: rails-remove-index-concurrently | safe | nothing
DROP INDEX CONCURRENTLY "orders_placed_at";

-- case: rails-data-in-migration | hazardous | writes
UPDATE "users" SET "status" = 'active' WHERE "status" = 'idle' OR status = 'active';

-- case: rails-add-column-and-fill | hazardous | stalls
ALTER TABLE "users" ADD "display_name" text;
UPDATE "users" SET "display_name" = "name";

-- case: rails-enum-value | safe | nothing
ALTER TYPE order_status ADD VALUE 'returned';

-- case: rails-enum-value-used-at-once | hazardous | fails
ALTER TYPE order_status ADD VALUE 'returned';
UPDATE orders SET status = 'returned' WHERE id = 7;

-- case: rails-enum-rename-value | hazardous | breaks
ALTER TYPE order_status RENAME VALUE 'paid' TO 'settled';

-- case: rails-create-join-table | safe | nothing
CREATE TABLE "products_users" ("product_id" integer NOT NULL REFERENCES products, "user_id" bigint NOT NULL REFERENCES users);
CREATE UNIQUE INDEX "index_products_users" ON "products_users" ("product_id", "user_id");

-- case: rails-serial-column | hazardous | stalls
ALTER TABLE "sessions" ADD "id" bigserial;

-- case: rails-primary-key | hazardous | stalls
ALTER TABLE "sessions" ADD PRIMARY KEY ("sid");

-- case: rails-primary-key-using-index | safe | nothing
ALTER TABLE "sessions" ADD CONSTRAINT sessions_pkey PRIMARY KEY USING INDEX sessions_sid;

-- case: rails-unique-constraint | hazardous | stalls
ALTER TABLE "orders" ADD CONSTRAINT "orders_reference_key" UNIQUE ("reference");

-- case: rails-unique-using-index | safe | nothing
CREATE UNIQUE INDEX CONCURRENTLY "orders_reference_key" ON "orders" ("reference");
-- next step
ALTER TABLE "orders" ADD CONSTRAINT "orders_reference_key" UNIQUE USING INDEX "orders_reference_key";

-- case: rails-json-column | safe | nothing
ALTER TABLE "orders" ADD "extra" json;

-- case: rails-comment | safe | nothing
COMMENT ON COLUMN "users"."email" IS 'where letters go';

-- case: django-add-field-with-default | hazardous | breaks
ALTER TABLE "users" ADD COLUMN "is_staff" boolean DEFAULT false NOT NULL;
ALTER TABLE "users" ALTER COLUMN "is_staff" DROP DEFAULT;

-- case: django-add-nullable-field | safe | nothing
ALTER TABLE "users" ADD COLUMN "birthday" date NULL;

-- case: django-create-model | safe | nothing
CREATE TABLE "shop_review" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "stars" integer NOT NULL CHECK ("stars" >= 0), "product_id" integer NOT NULL);
ALTER TABLE "shop_review" ADD CONSTRAINT "shop_review_product_id_fk" FOREIGN KEY ("product_id") REFERENCES "products" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "shop_review_product_id" ON "shop_review" ("product_id");

-- case: django-alter-field-max-length | safe | nothing
ALTER TABLE "users" ALTER COLUMN "nickname" TYPE varchar(80) USING "nickname"::varchar(80);

-- case: django-alter-field-unique | hazardous | stalls
ALTER TABLE "orders" ADD CONSTRAINT "orders_reference_uniq" UNIQUE ("reference");
CREATE INDEX "orders_reference_like" ON "orders" ("reference" varchar_pattern_ops);

-- case: django-rename-model | hazardous | breaks
ALTER TABLE "payments" RENAME TO "billing_payment";

-- case: django-index-concurrently | safe | nothing
CREATE INDEX CONCURRENTLY "payments_provider_idx" ON "payments" ("provider", "order_id" DESC);

-- case: django-foreign-key-deferred | hazardous | stalls
ALTER TABLE "payments" ADD CONSTRAINT "payments_order_fk" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") DEFERRABLE INITIALLY DEFERRED;
SET CONSTRAINTS "payments_order_fk" IMMEDIATE;

-- case: django-not-null-with-default-fill | hazardous | stalls
UPDATE "users" SET "age" = 0 WHERE "age" IS NULL;
ALTER TABLE "users" ALTER COLUMN "age" SET NOT NULL;

-- case: django-text-to-varchar | hazardous | stalls
ALTER TABLE "audit_log" ALTER COLUMN "action" TYPE varchar(200) USING "action"::varchar(200);

-- case: django-decimal-digits | safe | nothing
ALTER TABLE "users" ALTER COLUMN "balance" TYPE numeric(14, 2) USING "balance"::numeric(14, 2);

-- case: django-decimal-places | hazardous | stalls
ALTER TABLE "users" ALTER COLUMN "balance" TYPE numeric(12, 4) USING "balance"::numeric(12, 4);

-- case: django-delete-model-with-foreign-key | hazardous | breaks
DROP TABLE "line_items" CASCADE;

-- case: alembic-server-default-now | safe | nothing
ALTER TABLE payments ADD COLUMN created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;

-- case: alembic-server-default-clock | hazardous | stalls
ALTER TABLE payments ADD COLUMN created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL;

-- case: alembic-not-null-without-default | hazardous | fails
ALTER TABLE payments ADD COLUMN captured BOOLEAN NOT NULL;

-- case: alembic-timestamp-to-timestamptz | hazardous | stalls
ALTER TABLE users ALTER COLUMN last_login TYPE TIMESTAMP WITH TIME ZONE;

-- case: alembic-timestamp-to-timestamptz-using | hazardous | stalls
ALTER TABLE orders ALTER COLUMN shipped_at TYPE TIMESTAMP WITH TIME ZONE USING shipped_at AT TIME ZONE 'UTC';

-- case: alembic-json-to-jsonb | hazardous | stalls
ALTER TABLE users ALTER COLUMN settings TYPE JSONB USING settings::jsonb;

-- case: alembic-enum-to-text | hazardous | stalls
DROP VIEW open_orders;
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE text;
DROP TYPE order_status;

-- case: alembic-computed-column | hazardous | stalls
ALTER TABLE line_items ADD COLUMN amount NUMERIC GENERATED ALWAYS AS (quantity * unit_price) STORED;

-- case: alembic-computed-column-virtual | safe | nothing | 18
ALTER TABLE line_items ADD COLUMN amount NUMERIC GENERATED ALWAYS AS (quantity * unit_price) VIRTUAL;

-- case: alembic-identity | hazardous | stalls
ALTER TABLE legacy_imports ADD COLUMN id BIGINT GENERATED ALWAYS AS IDENTITY;

-- case: alembic-drop-check | safe | nothing
ALTER TABLE products DROP CONSTRAINT products_price_positive;

-- case: alembic-drop-unique | hazardous | breaks
ALTER TABLE users DROP CONSTRAINT users_email_key;

-- case: alembic-drop-foreign-key | hazardous | judged: the table that is referred to is locked as well (ACCESS EXCLUSIVE), which the statement does not say
ALTER TABLE line_items DROP CONSTRAINT line_items_order_fk;

-- case: alembic-exclude-constraint | hazardous | stalls
ALTER TABLE coupons ADD CONSTRAINT one_code EXCLUDE USING btree (code WITH =);

-- case: alembic-column-with-check | hazardous | stalls
ALTER TABLE products ADD COLUMN rating integer CHECK (rating BETWEEN 1 AND 5);

-- case: alembic-column-with-reference | safe | nothing
ALTER TABLE products ADD COLUMN country_code char(2) REFERENCES countries (code);

-- case: alembic-column-with-reference-and-default | hazardous | stalls
ALTER TABLE products ADD COLUMN country_code char(2) DEFAULT 'AA' REFERENCES countries (code);

-- case: alembic-column-with-unique | hazardous | stalls
ALTER TABLE products ADD COLUMN slug text UNIQUE;

-- case: prisma-rename-by-drop-and-add | hazardous | fails
ALTER TABLE "users" DROP COLUMN "name",
ADD COLUMN     "fullName" TEXT NOT NULL;

-- case: prisma-drop-and-add-nullable | hazardous | breaks
ALTER TABLE "users" DROP COLUMN "nickname", ADD COLUMN "handle" TEXT;

-- case: prisma-create-table-and-relation | safe | nothing
CREATE TABLE "Post" ("id" SERIAL NOT NULL, "title" TEXT NOT NULL, "authorId" BIGINT NOT NULL, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- case: prisma-enum-swap | hazardous | stalls
CREATE TYPE "order_status_new" AS ENUM ('pending', 'paid', 'shipped', 'lost');
ALTER TABLE "orders" ALTER COLUMN "status" DROP DEFAULT;
DROP VIEW open_orders;
ALTER TABLE "orders" ALTER COLUMN "status" TYPE "order_status_new" USING ("status"::text::"order_status_new");

-- case: prisma-redefine-index | hazardous | stalls
DROP INDEX "products_sku_key";
CREATE UNIQUE INDEX "products_sku_key" ON "products"("sku", "category");

-- case: flyway-lock-timeout-first | safe | nothing
ALTER TABLE audit_log ADD COLUMN IF NOT EXISTS tenant text;
CREATE TABLE IF NOT EXISTS tenants (id text PRIMARY KEY);

-- case: flyway-delete-everything | hazardous | writes
DELETE FROM sessions;

-- case: flyway-delete-old | hazardous | writes
DELETE FROM audit_log WHERE at < now() - interval '90 days';

-- case: flyway-truncate | hazardous | breaks
TRUNCATE TABLE sessions;

-- case: flyway-truncate-cascade | hazardous | breaks
TRUNCATE orders CASCADE;

-- case: flyway-update-one | safe | nothing
UPDATE settings SET value = 'on' WHERE key = 'key 3';

-- case: flyway-seed | safe | nothing
INSERT INTO settings (key, value) VALUES ('theme', 'dark'), ('language', 'de') ON CONFLICT (key) DO NOTHING;

-- case: flyway-copy-table | safe | nothing
CREATE TABLE audit_archive (LIKE audit_log INCLUDING ALL);
INSERT INTO audit_archive SELECT * FROM audit_log;

-- case: flyway-vacuum-full | hazardous | stalls
VACUUM FULL audit_log;

-- case: flyway-cluster | hazardous | stalls
CLUSTER orders USING orders_placed_at;

-- case: flyway-reindex | hazardous | stalls
REINDEX TABLE orders;

-- case: flyway-reindex-concurrently | safe | nothing
REINDEX TABLE CONCURRENTLY orders;

-- case: flyway-refresh | hazardous | stalls
REFRESH MATERIALIZED VIEW order_search;

-- case: flyway-refresh-concurrently | safe | nothing
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_day;

-- case: flyway-replace-view | safe | nothing
CREATE OR REPLACE VIEW active_users AS SELECT id, email, name, created_at FROM users WHERE deleted_at IS NULL;

-- case: flyway-drop-view | hazardous | breaks
DROP VIEW active_users;

-- case: flyway-drop-and-create-view | hazardous | breaks
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT id, email, name FROM users WHERE deleted_at IS NULL AND status = 'active';

-- case: flyway-drop-and-create-view-with-grants | safe | nothing
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT id, email, name FROM users WHERE deleted_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON active_users TO corpus_app;

-- case: flyway-grants | safe | nothing
GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;

-- case: flyway-replace-function | safe | nothing
CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END';

-- case: flyway-trigger | hazardous | judged: CREATE TRIGGER holds SHARE ROW EXCLUSIVE, and every write runs it from then on
CREATE TRIGGER coupons_touch BEFORE UPDATE ON coupons FOR EACH ROW WHEN (false) EXECUTE FUNCTION touch_updated_at();

-- case: flyway-drop-trigger | hazardous | judged: what the trigger kept is not kept any more
DROP TRIGGER products_touch ON products;

-- case: flyway-row-security | hazardous | breaks
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;

-- case: flyway-restrictive-policy | hazardous | breaks
CREATE POLICY only_mine ON tenants_notes AS RESTRICTIVE USING (tenant = 'mine');

-- case: flyway-policy-while-off | safe | nothing
CREATE POLICY everybody ON payments USING (true);

-- case: flyway-lock-table | hazardous | judged: LOCK TABLE takes the strongest lock, for as long as the transaction takes
LOCK TABLE payments;
ALTER TABLE payments ADD COLUMN refunded boolean;

-- case: flyway-do-block-index | hazardous | stalls
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_indexes WHERE indexname = 'audit_actor') THEN CREATE INDEX audit_actor ON audit_log (actor); END IF; END $$;

-- case: flyway-do-block-dynamic | hazardous | stalls
DO $$ DECLARE t text; BEGIN FOR t IN SELECT unnest(ARRAY['payments', 'coupons']) LOOP EXECUTE format('CREATE INDEX ON %I (id, id)', t); END LOOP; END $$;

-- case: flyway-do-block-type | safe | nothing
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'colour') THEN CREATE TYPE colour AS ENUM ('red'); END IF; END $$;

-- case: flyway-do-block-update-loop | hazardous | writes
DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM users LOOP UPDATE users SET balance = 0 WHERE id = r.id; END LOOP; END $$;

-- case: hand-set-not-null-the-long-way | safe | nothing
ALTER TABLE users ADD CONSTRAINT users_age_set CHECK (age IS NOT NULL) NOT VALID;
-- next step
ALTER TABLE users VALIDATE CONSTRAINT users_age_set;
-- next step
ALTER TABLE users ALTER COLUMN age SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_age_set;

-- case: hand-set-not-null-and-drop-at-once | hazardous | stalls
ALTER TABLE orders ALTER COLUMN currency SET NOT NULL, DROP CONSTRAINT orders_currency_set;

-- case: hand-set-not-null-then-drop | safe | nothing
ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_currency_set;

-- case: hand-not-null-constraint-not-valid | safe | nothing | 18
ALTER TABLE users ADD CONSTRAINT users_age_set NOT NULL age NOT VALID;
-- next step
ALTER TABLE users VALIDATE CONSTRAINT users_age_set;

-- case: hand-set-not-null-over-not-valid | hazardous | stalls | 18
ALTER TABLE users ADD CONSTRAINT users_age_set NOT NULL age NOT VALID;
-- next step
ALTER TABLE users ALTER COLUMN age SET NOT NULL;

-- case: hand-attach-partition | hazardous | stalls
ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- case: hand-attach-partition-with-check | safe | nothing
ALTER TABLE events ATTACH PARTITION events_2028 FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');

-- case: hand-attach-beside-default | hazardous | stalls
CREATE TABLE readings_2027 (LIKE readings INCLUDING ALL);
ALTER TABLE readings ATTACH PARTITION readings_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- case: hand-attach-new-partition | safe | nothing
CREATE TABLE events_2029 (LIKE events INCLUDING ALL);
ALTER TABLE events ATTACH PARTITION events_2029 FOR VALUES FROM ('2029-01-01') TO ('2030-01-01');

-- case: hand-create-partition-beside-default | hazardous | stalls
CREATE TABLE readings_2027 PARTITION OF readings FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- case: hand-create-partition | hazardous | judged: CREATE TABLE and ATTACH do the same without a lock on the whole partitioned table that reads wait for
CREATE TABLE events_2030 PARTITION OF events FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

-- case: hand-detach | hazardous | judged: CONCURRENTLY does the same without a lock on the whole partitioned table that reads wait for
ALTER TABLE events DETACH PARTITION events_2024;

-- case: hand-index-concurrently-on-partitioned | hazardous | fails
CREATE INDEX CONCURRENTLY events_kind ON events (kind);

-- case: hand-index-on-partitioned | hazardous | stalls
CREATE INDEX events_kind ON events (kind);

-- case: hand-index-on-only | safe | nothing
CREATE INDEX events_kind ON ONLY events (kind);
-- next step
CREATE INDEX CONCURRENTLY events_2025_kind ON events_2025 (kind);
-- next step
ALTER INDEX events_kind ATTACH PARTITION events_2025_kind;

-- case: hand-domain-check | hazardous | stalls
ALTER DOMAIN email_address ADD CONSTRAINT short CHECK (length(VALUE) < 300);

-- case: hand-domain-check-not-valid | safe | nothing
ALTER DOMAIN email_address ADD CONSTRAINT short CHECK (length(VALUE) < 300) NOT VALID;

-- case: hand-domain-validate | hazardous | stalls
ALTER DOMAIN email_address ADD CONSTRAINT short CHECK (length(VALUE) < 300) NOT VALID;
-- next step
ALTER DOMAIN email_address VALIDATE CONSTRAINT short;

-- case: hand-column-of-constrained-domain | hazardous | stalls
ALTER TABLE orders ADD COLUMN contact email_address;

-- case: hand-column-of-plain-domain | safe | nothing
ALTER TABLE orders ADD COLUMN tag label;

-- case: hand-unlogged | hazardous | stalls
ALTER TABLE sessions SET UNLOGGED;

-- case: hand-fillfactor | safe | nothing
ALTER TABLE sessions SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

-- case: hand-statistics | safe | nothing
ALTER TABLE orders ALTER COLUMN user_id SET STATISTICS 1000;

-- case: hand-rename-index | safe | nothing
ALTER INDEX orders_user_id RENAME TO orders_by_user;

-- case: hand-rename-constraint | safe | nothing
ALTER TABLE line_items RENAME CONSTRAINT line_items_quantity_positive TO quantity_positive;

-- case: hand-default-of-own-immutable-function | safe | nothing
ALTER TABLE payments ADD COLUMN currency text NOT NULL DEFAULT house_currency();

-- case: hand-default-of-own-volatile-function | hazardous | stalls
ALTER TABLE payments ADD COLUMN reference text DEFAULT next_reference();

-- case: hand-drop-sequence | hazardous | breaks
DROP SEQUENCE invoice_numbers;

-- case: hand-drop-function | hazardous | breaks
DROP FUNCTION next_reference();

-- case: hand-set-schema | hazardous | breaks
CREATE SCHEMA archive;
ALTER TABLE legacy_imports SET SCHEMA archive;

-- case: hand-cidr-to-inet | safe | nothing
ALTER TABLE users ALTER COLUMN network TYPE inet;

-- case: hand-collation | hazardous | stalls
ALTER TABLE products ALTER COLUMN title TYPE varchar(100) COLLATE "C";

-- case: hand-type-of-small-table | safe | nothing
ALTER TABLE countries ALTER COLUMN name TYPE varchar(120);

-- case: hand-composite-attribute | safe | nothing
ALTER TYPE postal_address ADD ATTRIBUTE country text;

-- case: hand-composite-drop-attribute | hazardous | breaks
ALTER TYPE postal_address DROP ATTRIBUTE town;
