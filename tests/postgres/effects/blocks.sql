-- DO block with one statement
DO $$ BEGIN ALTER TABLE t ADD COLUMN x int; END $$

-- DO block with several statements
DO $$ BEGIN UPDATE t SET nn = 1 WHERE id = 1; ALTER TABLE r ALTER COLUMN v SET NOT NULL; END $$

-- DO block with EXECUTE of a plain string
DO $$ BEGIN EXECUTE 'ALTER TABLE t ADD COLUMN x int'; END $$

-- DO block with EXECUTE of a text that is made
DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN x int', 't'); END $$

-- DO block with a query in a loop
DO $$ DECLARE one record; BEGIN FOR one IN SELECT * FROM r LOOP NULL; END LOOP; END $$

-- DO block with a condition that reads a table
DO $$ BEGIN IF EXISTS (SELECT FROM r) THEN ALTER TABLE t ADD COLUMN x int; END IF; END $$

-- DO block that assigns what it reads
DO $$ DECLARE n bigint; BEGIN n := (SELECT count(*) FROM loose); END $$

-- DO block that calls a function
DO $$ BEGIN PERFORM fresh(); END $$

-- SELECT of a function
SELECT fresh()

-- CALL of a procedure
-- setup: CREATE PROCEDURE work() LANGUAGE plpgsql AS 'BEGIN UPDATE loose SET v = 1; END'
CALL work()

-- UPDATE of a table with a trigger
UPDATE trg SET v = 'w'

-- INSERT into a table whose trigger does not fire
INSERT INTO trg VALUES (1000, 'w')

-- DELETE from a table with a rule
DELETE FROM mods
