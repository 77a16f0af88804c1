-- SELECT
SELECT * FROM t

-- SELECT of one row by its key
SELECT * FROM t WHERE id = 1

-- SELECT from a view
SELECT * FROM vvt

-- SELECT from a view on a join
SELECT * FROM vj

-- SELECT FOR UPDATE
SELECT * FROM t WHERE id = 1 FOR UPDATE

-- SELECT FOR SHARE from a view
SELECT * FROM vt WHERE id = 1 FOR SHARE

-- SELECT FOR UPDATE OF one of two tables
SELECT * FROM r JOIN c1 ON c1.rid = r.id FOR UPDATE OF c1

-- SELECT with a subquery
SELECT (SELECT max(v) FROM r), id FROM t WHERE id = 1

-- SELECT from a table with children
SELECT * FROM par

-- SELECT from ONLY a table with children
SELECT * FROM ONLY par

-- TABLE
TABLE r

-- VALUES
VALUES (1), (2)

-- INSERT
INSERT INTO t (id, a) VALUES (5000, 1)

-- INSERT with a serial and an identity
INSERT INTO owning (v) VALUES ('w')

-- INSERT with the serial given
INSERT INTO owning (id, v) VALUES (1000, 'w')

-- INSERT DEFAULT VALUES
INSERT INTO owning DEFAULT VALUES

-- INSERT into a table with foreign keys
INSERT INTO c1 (id, rid, up) VALUES (9000, 1, 1)

-- INSERT into a table with a foreign key to a partitioned table
-- at most: the partition that has the row is known when it is looked for
INSERT INTO x VALUES (9000, 60, 60)

-- INSERT SELECT
INSERT INTO loose SELECT id, u, v FROM r

-- INSERT ON CONFLICT DO NOTHING
INSERT INTO r VALUES (1, 'v', 1) ON CONFLICT DO NOTHING

-- INSERT ON CONFLICT DO UPDATE
INSERT INTO r VALUES (1, 'v', 1) ON CONFLICT (id) DO UPDATE SET v = 'w'

-- INSERT through a view
INSERT INTO simple VALUES (9000, 'v')

-- INSERT with a WITH query
WITH n AS (SELECT id FROM t WHERE id = 1) INSERT INTO r SELECT id + 9000, 'v', 9999 FROM n

-- INSERT into a partition
-- at most: the bounds of those above it are looked up once in a session
INSERT INTO p1 VALUES (1, 5, 'x')

-- UPDATE
UPDATE t SET nn = 1

-- UPDATE of one row by its key
UPDATE t SET nn = 1 WHERE id = 1

-- UPDATE FROM
UPDATE loose SET v = ready.code FROM ready WHERE ready.id = loose.id

-- UPDATE with a subquery
UPDATE t SET nn = (SELECT length(max(v)) FROM r) WHERE id = 1

-- UPDATE of a column with a foreign key
UPDATE c1 SET rid = 2 WHERE id = 1

-- UPDATE of another column of a table with a foreign key
UPDATE c1 SET note = 'm'

-- UPDATE of a key that others refer to
-- setup: INSERT INTO r VALUES (9000, 'v', 9000)
UPDATE r SET id = 9001 WHERE id = 9000

-- UPDATE through a view
UPDATE simple SET v = 'w'

-- UPDATE of a table with children
UPDATE par SET z = 1

-- DELETE
DELETE FROM loose

-- DELETE of one row by its key
DELETE FROM t WHERE id = 1

-- DELETE from a table that others refer to
-- setup: INSERT INTO r VALUES (9000, 'v', 9000)
DELETE FROM r WHERE id = 9000

-- DELETE from a table that others refer to with CASCADE
-- setup: INSERT INTO c1 VALUES (9000, 1, NULL, 'n', 'free')
DELETE FROM c1 WHERE id = 9000

-- DELETE USING
DELETE FROM loose USING ready WHERE ready.id = loose.id

-- DELETE through a view
-- setup: INSERT INTO r VALUES (9000, 'v', 9000)
DELETE FROM simple WHERE id = 9000

-- DELETE in a WITH query
WITH gone AS (DELETE FROM loose RETURNING id) SELECT count(*) FROM gone

-- MERGE
-- since: 15
MERGE INTO t USING (SELECT 1 AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET nn = 1

-- MERGE of two tables
-- since: 15
MERGE INTO loose USING ready ON ready.id = loose.id WHEN MATCHED THEN UPDATE SET v = ready.code WHEN NOT MATCHED THEN INSERT VALUES (ready.id, 1, ready.code)

-- TRUNCATE
TRUNCATE t

-- TRUNCATE of two tables
TRUNCATE t, loose

-- TRUNCATE CASCADE of a table that others refer to
TRUNCATE r CASCADE

-- TRUNCATE RESTART IDENTITY
TRUNCATE owning RESTART IDENTITY

-- TRUNCATE of a table with a sequence
TRUNCATE owning

-- TRUNCATE of a table with children
TRUNCATE par

-- TRUNCATE ONLY of a table with children
TRUNCATE ONLY par

-- LOCK TABLE
LOCK TABLE t IN ACCESS EXCLUSIVE MODE NOWAIT

-- LOCK TABLE in a weaker mode
LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE

-- LOCK TABLE of a view
LOCK TABLE vt IN SHARE MODE

-- LOCK TABLE of a table with children
LOCK TABLE par IN SHARE MODE

-- EXPLAIN
EXPLAIN SELECT * FROM t

-- EXPLAIN ANALYZE of an UPDATE
EXPLAIN ANALYZE UPDATE loose SET v = 'y'

-- INSERT into a partition at the third level
-- at most: the bounds of the ones above are looked up once in a session
INSERT INTO q11 VALUES (9000, 5, 'x')

-- UPDATE of a partition
UPDATE p1 SET v = 'y'

-- UPDATE of the key of a partition
UPDATE p1 SET k = k

-- DELETE from a partition
DELETE FROM p1

-- SELECT from a partition
SELECT * FROM p1

-- SELECT with EXISTS
SELECT EXISTS (SELECT FROM r)

-- SELECT with a condition on a key and another
SELECT * FROM t WHERE id = 1 AND a > 0

-- SELECT FOR UPDATE from a table with children
SELECT * FROM par FOR UPDATE

-- SELECT of two queries
SELECT id FROM r UNION ALL SELECT id FROM c1

-- UPDATE of what a materialized view reads
UPDATE t SET b = 'b'
