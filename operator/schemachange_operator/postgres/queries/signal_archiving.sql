-- Whether anything is archived here.
SELECT current_setting('archive_mode') <> 'off' AS archives
