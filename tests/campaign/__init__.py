"""Changes of every class run while a client writes and faults hit; after each run an independent checker reads what is there.

`python -m campaign --level runner --runs 500 --seed 1`, `python -m campaign replay runner:CLASS:FAULT:POINT:SEED`,
`python -m campaign table`.
"""
