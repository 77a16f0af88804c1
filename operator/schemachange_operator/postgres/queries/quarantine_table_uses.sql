-- What else works with a table, and would find it gone or be held back by its rows.
WITH subject AS (
    SELECT c.oid AS relation, c.reltype, (SELECT t.typarray FROM pg_type t WHERE t.oid = c.reltype) AS array_type
    FROM pg_class c WHERE c.oid = %(relation)s
), uses AS (
    SELECT 1 AS rank, 'foreign key ' || k.conname || ' of ' || k.conrelid::regclass || ' to ' || k.confrelid::regclass AS what
    FROM pg_constraint k JOIN subject s ON s.relation IN (k.conrelid, k.confrelid)
    WHERE k.contype = 'f' AND k.conrelid <> k.confrelid AND k.conparentid = 0
    UNION ALL
    SELECT 2, CASE WHEN c.relispartition THEN 'it is a partition of ' ELSE 'it inherits from ' END || i.inhparent::regclass
    FROM pg_inherits i JOIN subject s ON i.inhrelid = s.relation JOIN pg_class c ON c.oid = i.inhrelid
    UNION ALL
    SELECT 3, 'table ' || i.inhrelid::regclass || ' inherits from it'
    FROM pg_inherits i JOIN subject s ON i.inhparent = s.relation JOIN pg_class c ON c.oid = i.inhrelid
    WHERE NOT c.relispartition
    UNION ALL
    SELECT 4, CASE
        WHEN d.classid = 'pg_rewrite'::regclass THEN
            (SELECT CASE r.rulename WHEN '_RETURN' THEN 'view ' || r.ev_class::regclass
                    ELSE 'rule ' || r.rulename || ' of ' || r.ev_class::regclass END FROM pg_rewrite r WHERE r.oid = d.objid)
        WHEN d.classid = 'pg_publication_rel'::regclass THEN
            (SELECT 'publication ' || p.pubname
             FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.oid = d.objid)
        ELSE pg_describe_object(d.classid, d.objid, d.objsubid)
    END
    FROM pg_depend d JOIN subject s
        ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.relation
        OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (s.reltype, s.array_type)
    WHERE d.classid = 'pg_rewrite'::regclass
            AND EXISTS (SELECT FROM pg_rewrite r WHERE r.oid = d.objid AND r.ev_class <> s.relation)
        OR d.classid = 'pg_policy'::regclass
            AND EXISTS (SELECT FROM pg_policy p WHERE p.oid = d.objid AND p.polrelid <> s.relation)
        OR d.classid = 'pg_proc'::regclass
        OR d.classid = 'pg_publication_rel'::regclass
        OR d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_type'::regclass AND d.objid <> s.relation
)
SELECT DISTINCT what, min(rank) AS rank FROM uses GROUP BY what ORDER BY rank, what
