-- Publications.
SELECT p.pubname AS name,
       pg_get_userbyid(p.pubowner) AS owner,
       p.puballtables AS all_tables,
       p.pubinsert AS inserts,
       p.pubupdate AS updates,
       p.pubdelete AS deletes,
       p.pubtruncate AS truncates,
       p.pubviaroot AS via_root,
       obj_description(p.oid, 'pg_publication') AS comment
  FROM pg_publication p
