-- DROP TABLE
DROP TABLE loose

-- DROP TABLE CASCADE with views on it
DROP TABLE t CASCADE

-- DROP TABLE with a foreign key to another
DROP TABLE other.o

-- DROP TABLE CASCADE that others refer to
DROP TABLE r CASCADE

-- DROP TABLE of two tables with a foreign key between them
DROP TABLE c2, c1 CASCADE

-- DROP TABLE with a sequence
DROP TABLE owning

-- DROP TABLE with a trigger
DROP TABLE trg

-- DROP TABLE IF EXISTS that does not exist
DROP TABLE IF EXISTS nothing

-- DROP TABLE with children CASCADE
DROP TABLE par CASCADE

-- DROP TABLE that refers to a partitioned table
DROP TABLE x

-- DROP SCHEMA CASCADE
DROP SCHEMA other CASCADE

-- DROP STATISTICS
DROP STATISTICS t_ab

-- DROP PUBLICATION
DROP PUBLICATION pub0
