"""SQL as a value: split, classified, checked and redacted by PostgreSQL's own grammar, without a server."""
