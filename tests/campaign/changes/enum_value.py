"""ALTER TYPE … ADD VALUE, which another step uses."""

from campaign.changes.change import ChangeClass, step

CHANGE = ChangeClass(
    schema="CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (id int PRIMARY KEY, feeling mood);",
    steps=(
        step("value", "ALTER TYPE mood ADD VALUE 'happy'"),
        step("default", "ALTER TABLE people ALTER COLUMN feeling SET DEFAULT 'happy'",
             "ALTER TABLE people ALTER COLUMN feeling DROP DEFAULT"),
    ),
    relations=("public.mood", "public.people"),
    proofs={"Completed": ("enum_range(NULL::mood)::text = '{sad,ok,happy}'",)},
)  # fmt: skip
