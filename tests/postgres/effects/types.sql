-- TYPE int to bigint
ALTER TABLE t ALTER COLUMN ex TYPE bigint

-- TYPE varchar(20) to varchar(40)
ALTER TABLE t ALTER COLUMN c TYPE varchar(40)

-- TYPE varchar(20) to varchar(10)
ALTER TABLE t ALTER COLUMN c TYPE varchar(10)

-- TYPE varchar(20) to text
ALTER TABLE t ALTER COLUMN c TYPE text

-- TYPE varchar(20) to varchar
ALTER TABLE t ALTER COLUMN c TYPE varchar

-- TYPE text to varchar, with an index on an expression
ALTER TABLE t ALTER COLUMN b TYPE varchar

-- TYPE text to varchar(100)
ALTER TABLE t ALTER COLUMN b TYPE varchar(100)

-- TYPE char(10) to char(20)
ALTER TABLE t ALTER COLUMN cc TYPE char(20)

-- TYPE char(10) to text
ALTER TABLE t ALTER COLUMN cc TYPE text

-- TYPE numeric(10,2) to numeric(12,2)
ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 2)

-- TYPE numeric(10,2) to numeric(12,4)
ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 4)

-- TYPE numeric(10,2) to numeric
ALTER TABLE t ALTER COLUMN n TYPE numeric

-- TYPE numeric(10,2) to numeric(8,2)
ALTER TABLE t ALTER COLUMN n TYPE numeric(8, 2)

-- TYPE timestamp to timestamptz, TimeZone UTC
-- zone: UTC
ALTER TABLE t ALTER COLUMN ts TYPE timestamptz

-- TYPE timestamp to timestamptz, TimeZone Europe/Berlin
-- zone: Europe/Berlin
ALTER TABLE t ALTER COLUMN ts TYPE timestamptz

-- TYPE timestamptz to timestamp, TimeZone UTC
-- zone: UTC
ALTER TABLE t ALTER COLUMN tz TYPE timestamp

-- TYPE timestamp to timestamptz USING AT TIME ZONE
ALTER TABLE t ALTER COLUMN ts TYPE timestamptz USING ts AT TIME ZONE 'UTC'

-- TYPE timestamp to timestamp(3)
ALTER TABLE t ALTER COLUMN ts TYPE timestamp(3)

-- TYPE timestamptz to date
ALTER TABLE t ALTER COLUMN tz TYPE date

-- TYPE json to jsonb
ALTER TABLE t ALTER COLUMN j TYPE jsonb

-- TYPE domain to its base
ALTER TABLE t ALTER COLUMN d TYPE text

-- TYPE text to a domain without constraints
ALTER TABLE t ALTER COLUMN b TYPE plain

-- TYPE text to a domain with a constraint
ALTER TABLE t ALTER COLUMN b TYPE checked

-- TYPE varbit(8) to varbit(16)
ALTER TABLE t ALTER COLUMN vb TYPE varbit(16)

-- TYPE cidr to inet
ALTER TABLE t ALTER COLUMN ip TYPE inet

-- TYPE interval to interval(3)
ALTER TABLE t ALTER COLUMN iv TYPE interval(3)

-- TYPE int to text
ALTER TABLE t ALTER COLUMN ex TYPE text

-- TYPE enum to text
ALTER TABLE t ALTER COLUMN m TYPE text

-- TYPE with another collation
ALTER TABLE t ALTER COLUMN b TYPE text COLLATE "C"

-- TYPE that it has already
ALTER TABLE t ALTER COLUMN ex TYPE int

-- TYPE varchar(20) to text with a CHECK on it
-- setup: ALTER TABLE t ADD CONSTRAINT ck CHECK (c <> '')
ALTER TABLE t ALTER COLUMN c TYPE text

-- TYPE wider, of a key that another table refers to
ALTER TABLE c1 ALTER COLUMN code TYPE varchar(40)

-- TYPE wider, of a column that refers to another table
ALTER TABLE c2 ALTER COLUMN code TYPE varchar(40)

-- TYPE int to bigint of a key that another table refers to
-- setup: CREATE TABLE k1 (k int PRIMARY KEY)
-- setup: CREATE TABLE k2 (k int REFERENCES k1)
-- setup: INSERT INTO k1 SELECT g FROM generate_series(1, 100) g
-- setup: INSERT INTO k2 SELECT g FROM generate_series(1, 100) g
-- setup: ANALYZE k1, k2
ALTER TABLE k1 ALTER COLUMN k TYPE bigint

-- TYPE int to bigint of a column that refers to another table
-- setup: CREATE TABLE k1 (k int PRIMARY KEY)
-- setup: CREATE TABLE k2 (k int REFERENCES k1)
-- setup: INSERT INTO k1 SELECT g FROM generate_series(1, 100) g
-- setup: INSERT INTO k2 SELECT g FROM generate_series(1, 100) g
-- setup: ANALYZE k1, k2
ALTER TABLE k2 ALTER COLUMN k TYPE bigint

-- TYPE varchar wider with a partial index that names it
-- setup: CREATE INDEX t_part_c ON t (a) WHERE c <> ''
ALTER TABLE t ALTER COLUMN c TYPE varchar(50)

-- TYPE varchar wider with an index on an expression of it
-- setup: CREATE INDEX t_lower_c ON t (lower(c))
ALTER TABLE t ALTER COLUMN c TYPE varchar(50)

-- TYPE of a partitioned table, rewriting
ALTER TABLE p ALTER COLUMN v TYPE varchar(9)

-- TYPE of a partitioned table, free
ALTER TABLE q ALTER COLUMN v TYPE varchar

-- TYPE of a table with children
ALTER TABLE par ALTER COLUMN z TYPE bigint

-- TYPE of a serial
ALTER TABLE owning ALTER COLUMN id TYPE bigint

-- TYPE of an identity
ALTER TABLE owning ALTER COLUMN n TYPE int

-- TYPE of a column with a default
-- setup: ALTER TABLE t ALTER COLUMN ex SET DEFAULT 1
ALTER TABLE t ALTER COLUMN ex TYPE bigint

-- TYPE of a unique column that becomes text
ALTER TABLE ready ALTER COLUMN e TYPE text

-- TYPE that it has already, with an index on an expression
ALTER TABLE t ALTER COLUMN b TYPE text

-- TYPE that it has already, with a CHECK on it
-- setup: ALTER TABLE t ADD CONSTRAINT ck CHECK (ex > 0)
ALTER TABLE t ALTER COLUMN ex TYPE int
