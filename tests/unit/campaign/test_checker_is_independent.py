"""The checker shares no code with what it checks: it imports psycopg, the standard library and its own files."""

import ast
import sys
from pathlib import Path

CAMPAIGN = Path(__file__).parents[2] / "campaign"
BEGIN = "campaign.checker"
ALLOWED = {*sys.stdlib_module_names, "psycopg", "campaign"}


def imported(module: str) -> set[str]:
    """Names that a module imports, and of ours the modules that it takes from packages."""
    parts = module.split(".")[1:]
    path = CAMPAIGN.joinpath(*parts)
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import hides what is imported"
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {str(node.module)} | {name for name in below if exists(name)}
    return found


def exists(module: str) -> bool:
    path = CAMPAIGN.joinpath(*module.split(".")[1:])
    return module.startswith("campaign.") and (path.is_dir() or path.with_suffix(".py").is_file())


def test_nothing_of_the_operator_is_imported() -> None:
    known: set[str] = set()
    waiting = {BEGIN}
    while waiting:
        module = waiting.pop()
        known.add(module)
        for name in imported(module):
            assert name.partition(".")[0] in ALLOWED, f"{module} imports {name}"
            if name.startswith("campaign.") and name not in known:
                waiting.add(name)
    assert {"campaign.checks.ledger_chain", "campaign.checks.sessions", "campaign.checks.reading"} <= known


def test_the_look_sees_what_it_is_for() -> None:
    assert any(name.startswith("schemachange_operator") for name in imported("campaign.container"))
