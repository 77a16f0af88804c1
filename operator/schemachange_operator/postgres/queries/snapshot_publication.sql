-- Publications.
SELECT p.pubname AS name,
       pg_get_userbyid(p.pubowner) AS owner,
       p.puballtables AS all_tables,
       p.pubinsert AS inserts,
       p.pubupdate AS updates,
       p.pubdelete AS deletes,
       p.pubtruncate AS truncates,
       p.pubviaroot AS via_root,
       (to_jsonb(p) ->> 'pubgencols') AS generated_columns,
       -- Schemas (PostgreSQL 15 and later), told from what they depend on: the catalog of them is not in every version.
       (SELECT string_agg(n.nspname, ' ' ORDER BY n.nspname)
          FROM pg_depend d
          JOIN pg_depend s ON s.classid = d.classid AND s.objid = d.objid AND s.refclassid = 'pg_namespace'::regclass
          JOIN pg_namespace n ON n.oid = s.refobjid
         WHERE d.classid = to_regclass('pg_catalog.pg_publication_namespace')
           AND d.refclassid = 'pg_publication'::regclass AND d.refobjid = p.oid) AS schemas,
       obj_description(p.oid, 'pg_publication') AS comment
  FROM pg_publication p
