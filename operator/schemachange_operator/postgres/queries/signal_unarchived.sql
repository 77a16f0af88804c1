-- Files of write-ahead log that are complete and not archived.
SELECT count(*)::integer AS files FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'
