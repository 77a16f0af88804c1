-- The database that every case meets: each kind of relation, with rows, and each kind of tie between them.
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN plain AS text;
CREATE DOMAIN checked AS text CHECK (VALUE <> 'x');
CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION fresh() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
CREATE FUNCTION steady() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';

CREATE TABLE r (id bigint PRIMARY KEY, v text, u int);
INSERT INTO r SELECT g, 'r' || g, g FROM generate_series(1, 3000) g;
CREATE UNIQUE INDEX r_u ON r (u);

CREATE TABLE t (
  id bigint PRIMARY KEY, a int NOT NULL, b text, c varchar(20), cc char(10), n numeric(10, 2), ts timestamp, tz timestamptz,
  nn int, rid bigint, j json, jb jsonb, d plain, m mood, vb varbit(8), ip cidr, iv interval, ex int, rng int4range, k int);
INSERT INTO t SELECT g, g, 'b' || g, 'c' || g, 'cc', g, now(), now(), g, g % 3000 + 1, '{}', '{}', 'd', 'sad', B'101',
  '10.0.0.0/8', '1 day', g, int4range(g, g + 1), g FROM generate_series(1, 2000) g;
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (b);
CREATE INDEX t_c ON t (c);
CREATE INDEX t_ts ON t (ts);
CREATE UNIQUE INDEX t_ex ON t (ex);
CREATE INDEX t_n ON t (n);
CREATE INDEX t_lower ON t (lower(b));
CREATE INDEX t_some ON t (nn) WHERE b IS NOT NULL;

-- Ties by foreign keys: c1 to r and to itself, c2 to c1, deleted along.
CREATE TABLE c1 (id bigint PRIMARY KEY, rid bigint REFERENCES r, up bigint REFERENCES c1, note text, code varchar(10) UNIQUE);
INSERT INTO c1 SELECT g, g, NULL, 'n', 'k' || g FROM generate_series(1, 1500) g;
CREATE TABLE c2 (id int PRIMARY KEY, c1id bigint REFERENCES c1 ON DELETE CASCADE, code varchar(10) REFERENCES c1 (code));
INSERT INTO c2 SELECT g, g, 'k' || g FROM generate_series(1, 1500) g;
CREATE INDEX c2_c1id ON c2 (c1id);

-- Views on t, on a view, on a join; materialized views.
CREATE VIEW vt AS SELECT id, a FROM t;
CREATE VIEW vvt AS SELECT id FROM vt;
CREATE VIEW vj AS SELECT r.id, c1.note FROM r JOIN c1 ON c1.rid = r.id;
CREATE VIEW simple AS SELECT id, v FROM r;
CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE MATERIALIZED VIEW mvv AS SELECT id FROM vt;

CREATE SEQUENCE sq;
CREATE TABLE owning (id serial PRIMARY KEY, n bigint GENERATED ALWAYS AS IDENTITY, v text);
INSERT INTO owning (v) SELECT 'v' FROM generate_series(1, 50);

-- Partitions: two levels in p, three in q with default partitions; f is partitioned and refers to r, x refers to q.
CREATE TABLE p (id bigint, k int, v text) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200);
INSERT INTO p SELECT g, g % 200, 'x' FROM generate_series(1, 3000) g;
CREATE TABLE q (id bigint, k int, v text, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (k);
CREATE TABLE q11 PARTITION OF q1 FOR VALUES FROM (0) TO (50);
CREATE TABLE q12 PARTITION OF q1 FOR VALUES FROM (50) TO (100);
CREATE TABLE q2 PARTITION OF q FOR VALUES FROM (100) TO (200);
CREATE TABLE qd PARTITION OF q DEFAULT;
INSERT INTO q SELECT g, g, 'x' FROM generate_series(0, 1500) g;
CREATE INDEX q_v ON q (v);
CREATE TABLE f (id bigint, k int, rid bigint REFERENCES r) PARTITION BY LIST (k);
CREATE TABLE f1 PARTITION OF f FOR VALUES IN (1);
CREATE TABLE f2 PARTITION OF f FOR VALUES IN (2);
INSERT INTO f SELECT g, g % 2 + 1, g FROM generate_series(1, 100) g;
CREATE TABLE x (id bigint PRIMARY KEY, qid bigint, qk int, FOREIGN KEY (qid, qk) REFERENCES q);
INSERT INTO x SELECT g, g, g FROM generate_series(1, 1400) g;
CREATE TABLE loose (id bigint, k int, v text);
INSERT INTO loose SELECT g, 200 + g % 50, 'x' FROM generate_series(1, 100) g;
CREATE TABLE fitting (id bigint, k int NOT NULL, v text, CHECK (k >= 200 AND k < 300));
INSERT INTO fitting SELECT g, 200 + g % 50, 'x' FROM generate_series(1, 100) g;

CREATE TABLE par (id bigint, z int);
CREATE TABLE chi () INHERITS (par);
CREATE TABLE gra () INHERITS (chi);
INSERT INTO par SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO chi SELECT g, g FROM generate_series(1, 1000) g;
INSERT INTO gra SELECT g, g FROM generate_series(1, 1000) g;

CREATE TABLE gen (id bigint PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO gen SELECT g, g FROM generate_series(1, 50) g;
CREATE TABLE dom (id bigint PRIMARY KEY, p plain, c checked, s pair);
INSERT INTO dom SELECT g, 'p', 'c', (1, 2)::pair FROM generate_series(1, 50) g;
CREATE TABLE trg (id bigint PRIMARY KEY, v text);
INSERT INTO trg SELECT g, 'v' FROM generate_series(1, 50) g;
CREATE TRIGGER trg_touch BEFORE UPDATE ON trg FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE safe (id bigint PRIMARY KEY, v text);
INSERT INTO safe SELECT g, 'v' FROM generate_series(1, 50) g;
ALTER TABLE safe ENABLE ROW LEVEL SECURITY;
CREATE POLICY safe_all ON safe USING (true);
CREATE TABLE mods (id bigint PRIMARY KEY, v text);
INSERT INTO mods SELECT g, 'v' FROM generate_series(1, 50) g;
CREATE RULE mods_gone AS ON DELETE TO mods DO INSTEAD NOTHING;
CREATE STATISTICS t_ab ON a, b FROM t;
CREATE PUBLICATION pub0;
CREATE TABLE ready (id bigint, e int NOT NULL, code text);
INSERT INTO ready SELECT g, g, 'c' || g FROM generate_series(1, 100) g;
CREATE UNIQUE INDEX ready_id ON ready (id);
CREATE UNIQUE INDEX ready_e ON ready (e);
CREATE SCHEMA other;
CREATE TABLE other.o (id bigint PRIMARY KEY, rid bigint REFERENCES r);
INSERT INTO other.o SELECT g, g FROM generate_series(1, 50) g;
ANALYZE;
