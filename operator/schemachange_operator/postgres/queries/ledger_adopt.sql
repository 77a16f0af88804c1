-- Takes the row lock that keeps a second runner out of this change, and gives a re-created object its row.
UPDATE schemachange.change SET uid = %(uid)s WHERE id = %(id)s AND state IN ('Open', 'Unproven')
