"""What claims to be a whole backup is one; and where one was needed, there is one."""

import hashlib
import json
from pathlib import Path

from campaign.checks.reading import Session, has_ledger, rows
from campaign.facts import Facts

MANIFEST = "manifest.json"


def check(session: Session, facts: Facts) -> list[str]:
    """Every folder with a manifest, file by file."""
    if facts.backups is None:
        return []
    whole = sorted(path.parent for path in facts.backups.rglob(MANIFEST) if not path.parent.name.endswith(".unfinished"))
    found = [finding for place in whole for finding in _damage(place)]
    if facts.backup_needed and facts.ended == "Completed" and not whole:
        found.append("the change is completed and there is no backup")
    recorded = rows(session, "SELECT path FROM schemachange.backup") if has_ledger(session) else []
    found += [
        f"the ledger has a backup that is not there: {row['path']}"
        for row in recorded
        if not (facts.backups / row["path"] / MANIFEST).is_file()
    ]
    return found


def _damage(place: Path) -> list[str]:
    try:
        manifest = json.loads((place / MANIFEST).read_text())
    except ValueError:
        return [f"{place.name}: its manifest cannot be read"]
    files = {
        path.relative_to(place).as_posix(): path for path in place.rglob("*") if path.is_file() and path.name != MANIFEST
    }
    found = [f"{place.name}: {name} is missing or too much" for name in sorted(files.keys() ^ manifest["files"].keys())]
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    wrong = [name for name, said in manifest["files"].items() if digests.get(name, said["sha256"]) != said["sha256"]]
    return found + [f"{place.name}: {name} is not as its manifest says" for name in sorted(wrong)]
