"""The only package that talks to PostgreSQL (psycopg): sessions, catalog, ledger, SQL in named files."""
