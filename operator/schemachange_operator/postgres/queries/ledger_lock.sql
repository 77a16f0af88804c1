-- Lets one transaction at a time open changes, whatever became of the advisory lock.
LOCK TABLE schemachange.change IN SHARE ROW EXCLUSIVE MODE
