-- Event triggers.
SELECT g.evtname AS name,
       pg_get_userbyid(g.evtowner) AS owner,
       g.evtevent AS event,
       g.evtfoid::regprocedure::text AS function,
       g.evtenabled::text AS enabled,
       array_to_string(g.evttags, ' ') AS tags,
       obj_description(g.oid, 'pg_event_trigger') AS comment
  FROM pg_event_trigger g
 WHERE NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = g.oid AND d.deptype = 'e')
