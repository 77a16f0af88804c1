"""How long `schg plan` takes and how much memory it wants, by the number of statements."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (10, 1_000, 10_000)
KINDS = (
    "ALTER TABLE t{0} ADD COLUMN c{0} text DEFAULT 'x' NOT NULL",
    "CREATE TABLE t{0} (id bigint PRIMARY KEY, a text NOT NULL, b numeric(10,2) CHECK (b > 0), c timestamptz DEFAULT now())",
    "CREATE INDEX i{0} ON t{0} (a, lower(b)) WHERE c IS NOT NULL",
    "INSERT INTO t{0} (id, a) VALUES (1, 'x'), (2, 'y')",
    "UPDATE t{0} SET a = 'ü' || b WHERE id IN (SELECT id FROM u WHERE x = 5)",
    "COMMENT ON TABLE t{0} IS 'ä'",
    "DROP TABLE t{0}",
)


def text(count: int) -> str:
    """SQL of so many statements on nearly as many relations."""
    return "".join(f"{KINDS[number % len(KINDS)].format(number)};\n" for number in range(count))


def measured(count: int, output: str, *options: str) -> tuple[float, float]:
    """Seconds and the largest resident MiB so far of one call."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "migration.sql"
        file.write_text(text(count))
        begin = time.monotonic()
        command = [sys.executable, "-m", "schemachange_operator", "schg", "plan", str(file), "--output", output, *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - begin
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> int:
    """Print the table; further arguments, for example --database URL, go to the command."""
    write = sys.stdout.write
    write(f"{'output':10}{'statements':>11}{'seconds':>9}{'MiB':>7}{'ms a statement':>16}{'ratio to the size before':>26}\n")
    for output in ("json", "markdown"):
        before = 0.0
        for count in SIZES:
            seconds, memory = measured(count, output, *sys.argv[1:])
            ratio = f"{seconds / before:.1f}" if before else ""
            write(f"{output:10}{count:11,}{seconds:9.2f}{memory:7.0f}{seconds * 1000 / count:16.2f}{ratio:>26}\n")
            before = seconds
    return 0


if __name__ == "__main__":
    sys.exit(main())
