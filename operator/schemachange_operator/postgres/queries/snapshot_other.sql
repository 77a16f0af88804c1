-- Rarer objects: operators with their classes and families, casts, collations, conversions, languages, text search,
-- foreign data wrappers and servers. Options of the latter can hold secrets: only a hash of them is kept.
SELECT i.type || ' ' || i.identity AS name,
       'present' AS state,
       (SELECT pg_get_userbyid(s.refobjid) FROM pg_shdepend s
         WHERE s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
           AND s.classid = o.class AND s.objid = o.oid AND s.deptype = 'o') AS owner,
       (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C") FROM unnest(o.acl) a) AS acl,
       nullif(o.details, '') AS details,
       obj_description(o.oid, (SELECT c.relname FROM pg_class c WHERE c.oid = o.class)) AS comment
  FROM (SELECT 'pg_operator'::regclass AS class, p.oid, NULL::aclitem[] AS acl,
               concat_ws(' ', p.oprcode::regproc, nullif(p.oprcom, 0)::regoper, nullif(p.oprnegate, 0)::regoper,
                         nullif(p.oprrest, 0)::regproc, nullif(p.oprjoin, 0)::regproc, p.oprcanmerge, p.oprcanhash) AS details
          FROM pg_operator p
        UNION ALL
        SELECT 'pg_opclass'::regclass, c.oid, NULL, concat_ws(' ', c.opcdefault, format_type(c.opckeytype, NULL)) FROM pg_opclass c
        UNION ALL
        SELECT 'pg_opfamily'::regclass, f.oid, NULL,
               concat_ws('; ',
                 (SELECT string_agg(m.amopstrategy || ' ' || m.amopopr::regoperator, ', ' ORDER BY m.amopstrategy, m.amopopr::regoperator::text)
                    FROM pg_amop m WHERE m.amopfamily = f.oid),
                 (SELECT string_agg(m.amprocnum || ' ' || m.amproc::regprocedure, ', ' ORDER BY m.amprocnum, m.amproc::regprocedure::text)
                    FROM pg_amproc m WHERE m.amprocfamily = f.oid))
          FROM pg_opfamily f
        UNION ALL
        SELECT 'pg_cast'::regclass, c.oid, NULL, concat_ws(' ', c.castcontext, c.castmethod, nullif(c.castfunc, 0)::regprocedure)
          FROM pg_cast c
        UNION ALL
        SELECT 'pg_collation'::regclass, c.oid, NULL,
               concat_ws(' ', c.collprovider, c.collisdeterministic, c.collcollate, c.collctype,
                         coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale'))
          FROM pg_collation c
        UNION ALL
        SELECT 'pg_conversion'::regclass, c.oid, NULL, concat_ws(' ', c.conproc::regproc, c.condefault) FROM pg_conversion c
        UNION ALL
        SELECT 'pg_language'::regclass, l.oid, coalesce(l.lanacl, acldefault('l', l.lanowner)),
               concat_ws(' ', l.lanpltrusted, nullif(l.lanplcallfoid, 0)::regproc)
          FROM pg_language l
        UNION ALL
        SELECT 'pg_ts_config'::regclass, c.oid, NULL,
               (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
                  FROM pg_ts_config_map m WHERE m.mapcfg = c.oid)
          FROM pg_ts_config c
        UNION ALL
        SELECT 'pg_ts_dict'::regclass, d.oid, NULL, d.dictinitoption FROM pg_ts_dict d
        UNION ALL
        SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, coalesce(w.fdwacl, acldefault('F', w.fdwowner)),
               concat_ws(' ', nullif(w.fdwhandler, 0)::regproc, nullif(w.fdwvalidator, 0)::regproc, md5(w.fdwoptions::text))
          FROM pg_foreign_data_wrapper w
        UNION ALL
        SELECT 'pg_foreign_server'::regclass, s.oid, coalesce(s.srvacl, acldefault('S', s.srvowner)),
               concat_ws(' ', s.srvtype, s.srvversion, md5(s.srvoptions::text))
          FROM pg_foreign_server s) o
 CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) i
       -- 16384 is the first OID that does not come with the server itself (FirstNormalObjectId).
 WHERE o.oid >= 16384
   AND coalesce(i.schema, '') <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')
