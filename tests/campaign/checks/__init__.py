"""What is checked after a run, one file each. Nothing here knows the operator's code: SQL, hashes and files only."""
