-- Rarer objects, by identity alone: operators and their classes, casts, collations, conversions, languages, text search,
-- foreign data wrappers and servers.
SELECT i.type || ' ' || i.identity AS name, 'present' AS state
  FROM (SELECT 'pg_operator'::regclass AS class, oid FROM pg_operator
        UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
        UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
        UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
        UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation
        UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
        UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
        UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
        UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
        UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
        UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server) o
 CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) i
       -- 16384 is the first OID that does not come with the server itself (FirstNormalObjectId).
 WHERE o.oid >= 16384
   AND coalesce(i.schema, '') <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')
