"""How many hazards of the corpus `schg plan` and other linters find, and how many safe migrations they wrongly flag.

`python -m benchmarks.rules [LINTER …]` writes its section of docs/benchmarks.md.
"""

import io
import json
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path

import yaml

from benchmarks.linters import LINTERS, Linter, NotToBeHad
from benchmarks.page import write_section
from benchmarks.rules_page import Score, section
from corpus.cases import Case, cases
from corpus.measuring import OWNER, TEMPLATE, build_template
from postgres.support.database import create_roles
from schemachange_operator.command.main import main as command
from testcluster.servers import Server

MAJOR = 18


def files_of(case: Case, folder: Path) -> tuple[Path, ...]:
    """A file of plain SQL for each transaction of a case."""
    folder.mkdir()
    files = tuple(folder / f"{number}.sql" for number in range(1, len(case.steps) + 1))
    for file, sql in zip(files, case.steps, strict=True):
        file.write_text(sql.rstrip().removesuffix(";") + ";\n")
    return files


def schg(*options: str) -> Callable[[Sequence[Path]], set[Path]]:
    """Our own command, on a manifest with a step for each transaction."""

    def flags(files: Sequence[Path]) -> set[Path]:
        folders = {file.parent for file in files}
        grave = {
            folder for folder in folders if _grave(sorted(folder.glob("*.sql"), key=lambda file: int(file.stem)), options)
        }
        return {file for file in files if file.parent in grave}

    return flags


def _grave(files: Sequence[Path], options: Sequence[str]) -> bool:
    undo = {"irreversible": {"reason": "a measurement"}}
    steps = [{"name": f"step-{file.stem}", "sql": file.read_text(), "rollback": undo} for file in files]
    change = {
        "apiVersion": "schemachange.dev/v1alpha1",
        "kind": "SchemaChange",
        "metadata": {"name": "case"},
        "spec": {"database": {"name": "shop"}, "migration": {"steps": steps}},
    }
    manifest = files[0].parent / "change.yaml"
    manifest.write_text(yaml.safe_dump(change))
    printed = io.StringIO()
    with redirect_stdout(printed):
        command(["plan", str(manifest), "--output", "json", *options])
    found = json.loads(printed.getvalue())["findings"]
    return any(one["severity"] in {"Warn", "Approve", "Block"} and not one["style"] for one in found)


def linters(url: str, folder: Path, names: Collection[str]) -> Iterator[Linter | Score]:
    """Ours, with and without a database, and those of some names that can be had."""
    yield Linter("schg plan --database", "this", schg("--database", url, "--role", OWNER))
    yield Linter("schg plan, from the SQL alone", "this", schg())
    for name in names:
        try:
            yield LINTERS[name](folder / name)
        except NotToBeHad as reason:
            yield Score(name, "", reason=str(reason))


def score(linter: Linter, corpus: Sequence[tuple[Case, tuple[Path, ...]]]) -> Score:
    """Run it on every case."""
    flagged = linter.flags([file for _, files in corpus for file in files])
    result = Score(linter.name, linter.version)
    for case, files in corpus:
        found = not flagged.isdisjoint(files)
        if case.hazardous and not found:
            result.missed.append(case.name)
        if found and not case.hazardous:
            result.wrong.append(case.name)
    return result


def main() -> int:
    """Measure, and write the page."""
    with Server(MAJOR) as server, tempfile.TemporaryDirectory() as temporary:
        create_roles(server)
        build_template(server)
        folder = Path(temporary)
        known = [case for case in cases() if case.since <= MAJOR]
        corpus = [(case, files_of(case, folder / case.name)) for case in known]
        scores = []
        for linter in linters(server.url(TEMPLATE), folder, sys.argv[1:] or LINTERS):
            scores.append(linter if isinstance(linter, Score) else score(linter, corpus))
            last = scores[-1]
            sys.stdout.write(f"{last.name}: {last.reason or f'{len(last.missed)} missed, {len(last.wrong)} wrong'}\n")
            sys.stdout.flush()
    write_section("bench-rules", section(scores, known))
    return 0


if __name__ == "__main__":
    sys.exit(main())
