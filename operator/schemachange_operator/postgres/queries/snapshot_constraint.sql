-- Constraints of tables (those of domains are in the type); `uses` is the table that a foreign key refers to.
SELECT n.nspname || '.' || c.relname || '.' || k.conname AS name,
       n.nspname || '.' || c.relname AS "of",
       (SELECT fn.nspname || '.' || f.relname FROM pg_class f JOIN pg_namespace fn ON fn.oid = f.relnamespace
         WHERE f.oid = k.confrelid) AS uses,
       k.contype::text AS kind,
       (SELECT pn.nspname || '.' || pc.relname || '.' || p.conname
          FROM pg_constraint p
          JOIN pg_class pc ON pc.oid = p.conrelid
          JOIN pg_namespace pn ON pn.oid = pc.relnamespace
         WHERE p.oid = k.conparentid) AS parent,
       pg_get_constraintdef(k.oid) AS definition,
       k.convalidated AS validated,
       (to_jsonb(k) ->> 'conenforced') AS enforced,
       k.connoinherit AS no_inherit,
       k.conislocal AS local,
       -- ALTER TABLE … DISABLE TRIGGER ALL turns a foreign key's own triggers off.
       (SELECT string_agg(g.tgenabled::text, '' ORDER BY g.tgenabled) FROM pg_trigger g
         WHERE g.tgconstraint = k.oid AND g.tgisinternal AND g.tgenabled <> 'O') AS triggers_disabled,
       obj_description(k.oid, 'pg_constraint') AS comment
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE k.contype NOT IN ('t', 'n')
   AND n.nspname !~ '^pg_' AND n.nspname <> ALL (%(excluded)s)
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
