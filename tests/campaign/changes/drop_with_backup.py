"""A step that destroys data, after a backup that was proved by a restore."""

from campaign.changes.change import ChangeClass, column

CHANGE = ChangeClass(
    schema="CREATE TABLE letters (id int PRIMARY KEY, body text); INSERT INTO letters SELECT n, 'b' FROM generate_series(1, 30) n;",
    steps=(
        {
            "name": "drop",
            "sql": "ALTER TABLE letters DROP COLUMN body",
            "undo": {"irreversible": "restored from the backup"},
        },
    ),
    relations=("public.letters",),
    backup_before="drop",
    proofs={"Completed": (f"NOT {column('body', 'letters')}", "(SELECT count(*) FROM letters) = 30")},
)
