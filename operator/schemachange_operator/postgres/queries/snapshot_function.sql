-- Functions, procedures and aggregates. `uses` names the relations that the body is known to depend on and those whose
-- triggers call it; what a body in a string reads, the catalog does not know.
SELECT n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
       p.prokind::text AS kind,
       pg_get_userbyid(p.proowner) AS owner,
       (SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE "C")
          FROM unnest(coalesce(p.proacl, acldefault('f', p.proowner))) a) AS acl,
       CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid)
            ELSE (SELECT concat_ws(' ', pg_get_function_arguments(p.oid), g.aggtransfn, g.aggfinalfn, g.aggcombinefn,
                                   g.aggtranstype::regtype, g.agginitval, g.aggkind)
                    FROM pg_aggregate g WHERE g.aggfnoid = p.oid)
       END AS definition,
       p.proparallel::text AS parallel,
       (SELECT string_agg(DISTINCT un.nspname || '.' || u.relname, ' ' ORDER BY un.nspname || '.' || u.relname)
          FROM pg_class u
          JOIN pg_namespace un ON un.oid = u.relnamespace
         WHERE u.oid IN (SELECT d.refobjid FROM pg_depend d
                          WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                            AND d.refclassid = 'pg_class'::regclass
                         UNION ALL
                         SELECT g.tgrelid FROM pg_trigger g WHERE g.tgfoid = p.oid)) AS uses,
       obj_description(p.oid, 'pg_proc') AS comment
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
