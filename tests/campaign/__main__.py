"""`python -m campaign`: play runs, replay one, write the table."""

import argparse
import sys
from pathlib import Path

from campaign.crew import end_on_request, play_all
from campaign.level import LEVELS, level
from campaign.record import Records
from campaign.scenario import Scenario
from campaign.table import write_table
from testcluster.local.cluster import LocalCluster
from testcluster.providers import current_cluster
from testcluster.shell import CommandError, say

MAJORS = "14,15,18"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m campaign", description=__doc__)
    parser.add_argument("--state", type=Path, help="folder for what was run and found (default: the cache folder)")
    parser.add_argument("--pg", default=MAJORS, help="major versions of PostgreSQL")
    commands = parser.add_subparsers(dest="command")
    run = commands.add_parser("run", help="play runs that are not recorded yet")
    run.add_argument("--level", choices=LEVELS, default="runner")
    run.add_argument("--runs", type=int, default=100, help="how many are to be recorded at the end")
    run.add_argument("--seed", type=int, default=1)
    run.add_argument("--workers", type=int, help="at the same time (default: the level's)")
    run.add_argument("--change", default="", help="only this class of change")
    run.add_argument("--fault", default="", help="only this fault")
    run.add_argument("--where-possible", action="store_true", help="leave the cluster's level out where kind is the cluster")
    replay = commands.add_parser("replay", help="play exactly one run again")
    replay.add_argument("run", help="level:change:fault:point:seed")
    commands.add_parser("table", help="write the figures of the recorded runs into docs/explanation/campaign.md")
    return parser


def main() -> int:
    given = sys.argv[1:]
    known = arguments().parse_args(given if {"run", "replay", "table", "-h", "--help"} & {*given} else [*given, "run"])
    records = Records(known.state)
    majors = [int(major) for major in known.pg.split(",")]
    if known.command == "table":
        write_table(records)
        return 0
    if known.command == "replay":
        scenario = Scenario.parse(known.run)
        with level(scenario.level).open(majors) as player:
            result = records.add(player.play(scenario))
        say(f"{result.scenario}: {result.ended}, hit: {result.phase or 'nothing'}")
        for finding in result.findings:
            say(f"  VIOLATION {finding}")
        say(f"trace: {records.place(result.scenario)}" if result.findings else "no violation")
        return 1 if result.findings else 0
    if known.where_possible and known.level == "cluster" and not isinstance(current_cluster(), LocalCluster):
        say("left out: the cluster's level kills the cluster's own processes, which it knows of the local provider only")
        return 0
    return play_all(records, known, majors)


if __name__ == "__main__":
    end_on_request()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped; the same command goes on where it was")
    except CommandError as error:
        sys.exit(str(error))
