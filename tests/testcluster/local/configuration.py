"""The components' configuration files, rendered from the templates beside this file."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from string import Template

from testcluster.local.layout import Layout

TEMPLATES = Path(__file__).parent / "configuration"


def render(templates: Path, values: Mapping[str, str]) -> dict[str, str]:
    """Each template's path below the folder with its text; a name that has no value is an error."""
    files = sorted(path for path in templates.rglob("*") if path.is_file())
    return {str(path.relative_to(templates)): Template(path.read_text()).substitute(values) for path in files}


def fingerprint(binary_key: str, rendered: Mapping[str, str]) -> str:
    """What tells a cluster of this version and configuration from any other."""
    digest = hashlib.sha256(binary_key.encode())
    for name, text in sorted(rendered.items()):
        digest.update(f"\0{name}\0{text}".encode())
    return digest.hexdigest()[:16]


def write(layout: Layout, rendered: Mapping[str, str]) -> None:
    """Put the rendered files where the components look for them."""
    for name, text in rendered.items():
        path = layout.configuration / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
