"""`schg plan` of a change with revertOf: made out of the change that it names, where that is given before it."""

import re
from pathlib import Path

import pytest
import yaml

from schemachange_operator.command.main import main

REPOSITORY = Path(__file__).resolve().parents[3]
ORIGINAL = """
apiVersion: schemachange.dev/v1alpha1
kind: SchemaChange
metadata: {name: orders-voucher, namespace: shop}
spec:
  database: {name: orders}
  why: Vouchers.
  author: ada@example.com
  designedOn: "2026-11-20"
  compatibility: Additive
  migration: {sql: CREATE TABLE vouchers (id bigint PRIMARY KEY)}
  rollback: {ROLLBACK}
"""
REVERT = """
apiVersion: schemachange.dev/v1alpha1
kind: SchemaChange
metadata: {name: orders-voucher-undo, namespace: shop}
spec:
  database: {name: orders}
  why: Nobody wants vouchers.
  author: ada@example.com
  designedOn: "2026-11-23"
  compatibility: Contract
  revertOf: {name: orders-voucher}
"""
DROP = "sql: DROP TABLE vouchers"
BOTH = REVERT + "---" + ORIGINAL.replace("ROLLBACK", DROP)


def plan(folder: Path, capsys: pytest.CaptureFixture[str], **files: str) -> tuple[int, str]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    try:
        code = main(["plan", *(str(folder / f"{name}.yaml") for name in files)])
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    "files",
    [{"one": ORIGINAL.replace("ROLLBACK", DROP), "two": REVERT}, {"one": BOTH}],
    ids=["two files", "one file, in the other order"],
)
def test_it_is_planned_when_the_original_is_given(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = plan(tmp_path, capsys, **files)
    assert code in {0, 1}
    assert "undo-migration" in text
    assert "| Undoes | `orders-voucher` |" in text
    assert text.index("Vouchers.") < text.index("Nobody wants vouchers.")


def test_the_how_to_shows_the_example_and_it_is_planned(capsys: pytest.CaptureFixture[str]) -> None:
    examples = REPOSITORY / "manifests" / "examples"
    revert = examples / "11-orders-channel-undo.yaml"
    (shown,) = re.findall(r"```yaml\n(.*?)```", (REPOSITORY / "docs" / "how-to" / "undo.md").read_text(), re.DOTALL)
    assert yaml.safe_load(shown) == yaml.safe_load(revert.read_text())
    assert main(["plan", str(examples / "07-orders-channel.yaml"), str(revert)]) in {0, 1}
    assert "| Undoes | `orders-channel` |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"two": REVERT}, "orders-voucher is not among the files given before this one"),
        ({"one": ORIGINAL.replace("ROLLBACK", "irreversible: {reason: gone}"), "two": REVERT}, "cannot be undone (gone)"),
        (
            {"one": ORIGINAL.replace("ROLLBACK", "sql: DROP TABL x"), "two": REVERT},
            "orders-voucher has SQL that cannot be read",
        ),
        ({"two": REVERT + "  migration: {sql: SELECT 1}\n  rollback: {notNeeded: x}"}, "exactly one of migration, revertOf"),
        ({"two": REVERT.replace("  revertOf: {name: orders-voucher}\n", "")}, "say what the change does, or revertOf"),
    ],
    ids=["not given", "irreversible", "cannot be read", "both", "neither"],
)
def test_otherwise_it_says_why_not(
    files: dict[str, str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = plan(tmp_path, capsys, **files)
    assert code == 2
    assert words in text
