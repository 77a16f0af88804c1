"""The figures of a campaign, from what is recorded, into docs/explanation/campaign.md."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from benchmarks.page import write_section
from campaign.record import Records, Result
from testcluster.paths import REPOSITORY

PAGE = REPOSITORY / "docs" / "explanation" / "campaign.md"
NOTHING = "nothing (the change was over before)"


def write_table(records: Records) -> None:
    """Write both tables of each level that has runs, of every version of the product that was tested."""
    results = list(records.results())
    for name in ("runner", "cluster"):
        mine = [one for one in results if one.run.level == name]
        if mine:
            now = sum(one.product == records.product for one in mine)
            write_section(f"campaign-{name}", section(name, mine, now), PAGE)


def section(name: str, results: Sequence[Result], now: int) -> str:
    """One level, in Markdown; `now` is how many of the runs were of the product as it is."""
    seeds = [one.run.seed for one in results]
    violations = sum(bool(one.findings) for one in results)
    versions: dict[str, set[str]] = {}
    for one in results:
        for what, version in one.versions.items():
            versions.setdefault(what, set()).add(version)
    told = "; ".join(f"{what} {', '.join(sorted(found))}" for what, found in sorted(versions.items()))
    commits = ", ".join(sorted({one.commit for one in results}))
    ends = Counter(one.ended for one in results)
    lines = [
        f"## Level: {name}\n",
        f"**{len(results)} runs, {violations} violations**; {now} of the runs with the operator's sources as they are now."
        f" Seeds {min(seeds)} to {max(seeds)}; commits {commits}; {told}."
        f" Ended: {', '.join(f'{end} {number}' for end, number in sorted(ends.items()))}.\n",
        "Fault and what it met, as observed at that moment:\n",
        grid(results, "fault", lambda one: one.run.fault, lambda one: one.phase or NOTHING),
        "\nClass of change and fault:\n",
        grid(results, "class", lambda one: one.run.change, lambda one: one.run.fault),
        *recoveries(results),
    ]
    return "\n".join(lines)


def recoveries(results: Sequence[Result]) -> list[str]:
    """What the product was seen to do, by fault; where that was looked at."""
    seen = [(one, words) for one in results for words in one.recovered]
    if not seen:
        return []
    text = _counted("what was done about it", ((words, one.run.fault, False) for one, words in seen))
    return ["\nWhat the runs did about it, by their logs, and fault:\n", text]


def grid(results: Iterable[Result], corner: str, row: Callable[[Result], str], column: Callable[[Result], str]) -> str:
    """How many runs there are of each pair; violations stand beside in bold."""
    return _counted(corner, ((row(one), column(one), bool(one.findings)) for one in results))


def _counted(corner: str, pairs: Iterable[tuple[str, str, bool]]) -> str:
    runs: Counter[tuple[str, str]] = Counter()
    violations: Counter[tuple[str, str]] = Counter()
    for name, head, bad in pairs:
        runs[name, head] += 1
        violations[name, head] += bad
    rows, columns = sorted({pair[0] for pair in runs}), sorted({pair[1] for pair in runs})

    def cell(pair: tuple[str, str]) -> str:
        bad = f" **({violations[pair]} violations)**" if violations[pair] else ""
        return f"{runs[pair]}{bad}" if runs[pair] else ""

    lines = [f"| {corner} | {' | '.join(columns)} | all |", "|---" * (len(columns) + 2) + "|"]
    for name in rows:
        total = sum(runs[name, one] for one in columns)
        lines.append(f"| {name} | {' | '.join(cell((name, one)) for one in columns)} | {total} |")
    return "\n".join(lines)
