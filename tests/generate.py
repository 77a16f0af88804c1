"""Write every generated file, or with --check only compare: `python tests/generate.py [--check]`."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / "operator"), str(REPOSITORY / "tests")]

import compared  # noqa: E402
from postgres.support.locks_page import locks_page  # noqa: E402
from schemachange_operator.api import crd, reference  # noqa: E402
from schemachange_operator.command import report  # noqa: E402
from schemachange_operator.core.forecast_page import forecast_page  # noqa: E402
from schemachange_operator.core.rules import known_rules  # noqa: E402
from schemachange_operator.core.rules.page import FOLDER, page_of, rule_page, rules_page  # noqa: E402
from schemachange_operator.core.sequences import recipes  # noqa: E402


def generated() -> dict[Path, str]:
    """Every generated file with the text it has to have."""
    files = {REPOSITORY / "crds" / f"{kind.plural}.yaml": crd.text(kind) for kind in crd.KINDS}
    for page, text in reference.pages().items():
        files[REPOSITORY / "docs" / "reference" / page] = text
    files[REPOSITORY / "docs" / "reference" / "plan.schema.json"] = report.json_schema()
    mended = frozenset(rule for recipe in recipes() for rule in recipe.mends)
    files[REPOSITORY / "docs" / "reference" / "rules.md"] = rules_page(mended)
    for known in known_rules():
        files[REPOSITORY / page_of(known.rule.id)] = rule_page(known.rule, mended=known.rule.id in mended)
    files[REPOSITORY / "docs" / "reference" / "forecast.md"] = forecast_page()
    files[REPOSITORY / "docs" / "explanation" / "compared.md"] = compared.page()
    files[REPOSITORY / "docs" / "reference" / "locks.md"] = locks_page()
    return files


def left_over() -> list[Path]:
    """Pages of rules that there are no more."""
    return sorted(set((REPOSITORY / FOLDER).glob("*.md")) - set(generated()))


def main() -> int:
    """0 when every file is, or now is, as generated."""
    stale = [path for path, text in generated().items() if not path.is_file() or path.read_text() != text]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(REPOSITORY)} is not as generated; run `make generate`\n")
        for path in left_over():
            sys.stderr.write(f"{path.relative_to(REPOSITORY)} is about no rule; run `make generate`\n")
        return 1 if stale or left_over() else 0
    for path in left_over():
        path.unlink()
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated()[path])
        sys.stderr.write(f"wrote {path.relative_to(REPOSITORY)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
