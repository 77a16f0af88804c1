-- What would be harmed, or would harm, if a column had another name and nobody gave it a value any more.
WITH subject AS (
    SELECT c.oid AS relation, a.attnum AS part, a.attname AS name, a.attnotnull AS required, a.attinhcount > 0 AS inherited,
           a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS given, t.typnotnull AS domain_required
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.oid = %(relation)s AND a.attname = %(column)s
), uses AS (
    SELECT 1 AS rank, 'it is NOT NULL without a default' AS what FROM subject
    WHERE (required OR domain_required) AND NOT given
    UNION ALL
    SELECT 2, 'it comes from the table that ' || relation::regclass || ' is a partition or child of' FROM subject WHERE inherited
    UNION ALL
    SELECT 3, 'constraint ' || k.conname || ' of ' || k.conrelid::regclass
    FROM pg_constraint k JOIN subject s
        ON k.conrelid = s.relation AND s.part = ANY (k.conkey) AND (k.contype IN ('p', 'c', 'f', 'x') OR k.contype = 'u' AND s.given)
        OR k.confrelid = s.relation AND s.part = ANY (k.confkey)
    WHERE k.conparentid = 0
    UNION ALL
    SELECT 4, 'unique index ' || i.indexrelid::regclass
    FROM pg_index i JOIN subject s ON i.indrelid = s.relation
    WHERE i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
        AND EXISTS (
            SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid = s.relation AND d.refobjsubid = s.part
        )
        AND (s.given OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
             OR coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false))
    UNION ALL
    -- The server notes that the column cannot go without the table.
    SELECT 5, 'the partition key of its table'
    FROM pg_depend d JOIN subject s ON d.objid = s.relation AND d.objsubid = s.part
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid = s.relation AND d.refobjsubid = 0 AND d.deptype = 'i'
    UNION ALL
    -- The server does not know what such a body means: one that means this column fails with the next write.
    SELECT 6, 'trigger ' || g.tgname || ', whose function ' || g.tgfoid::regproc || ' has its name in it'
    FROM pg_trigger g JOIN subject s ON g.tgrelid = s.relation JOIN pg_proc p ON p.oid = g.tgfoid
    WHERE NOT g.tgisinternal AND p.prosrc ~* ('\m' || regexp_replace(s.name, '(\W)', '\\\1', 'g') || '\M')
    UNION ALL
    SELECT 7, CASE
        WHEN d.classid = 'pg_rewrite'::regclass THEN
            (SELECT CASE r.rulename WHEN '_RETURN' THEN 'view ' || r.ev_class::regclass
                    ELSE 'rule ' || r.rulename || ' of ' || r.ev_class::regclass END FROM pg_rewrite r WHERE r.oid = d.objid)
        WHEN d.classid = 'pg_attrdef'::regclass THEN
            (SELECT 'generated ' || pg_describe_object('pg_class'::regclass, f.adrelid, f.adnum)
             FROM pg_attrdef f WHERE f.oid = d.objid)
        WHEN d.classid = 'pg_class'::regclass AND d.objid = s.relation THEN
            'generated ' || pg_describe_object(d.classid, d.objid, d.objsubid)
        ELSE pg_describe_object(d.classid, d.objid, d.objsubid)
    END
    FROM pg_depend d JOIN subject s
        ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.relation AND d.refobjsubid = s.part
    WHERE d.deptype <> 'P' AND d.deptype <> 'S'
        AND d.classid NOT IN ('pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
        AND NOT (d.classid = 'pg_attrdef'::regclass
                 AND EXISTS (SELECT FROM pg_attrdef f WHERE f.oid = d.objid AND f.adnum = s.part AND f.adrelid = s.relation))
        AND NOT (d.classid = 'pg_class'::regclass AND d.objid <> s.relation
                 AND EXISTS (SELECT FROM pg_class i WHERE i.oid = d.objid AND i.relkind IN ('i', 'I', 'S')))
        AND NOT (d.classid = 'pg_trigger'::regclass
                 AND EXISTS (SELECT FROM pg_trigger g WHERE g.oid = d.objid AND g.tgisinternal))
)
SELECT DISTINCT what, min(rank) AS rank FROM uses GROUP BY what ORDER BY rank, what
