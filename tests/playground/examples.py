"""The example manifests, as users find them."""

from typing import Any

import yaml

from playground.installation import REPOSITORY

FOLDER = REPOSITORY / "manifests" / "examples"


def load(file_name: str) -> list[dict[str, Any]]:
    """All objects of one example file, in its order."""
    return [document for document in yaml.safe_load_all((FOLDER / file_name).read_text()) if document]


def policy() -> dict[str, Any]:
    """The SchemaPolicy that the example database names."""
    (only,) = [document for document in load("00-database.yaml") if document["kind"] == "SchemaPolicy"]
    return only


def change(file_name: str) -> dict[str, Any]:
    """The one SchemaChange of an example file."""
    (only,) = [document for document in load(file_name) if document["kind"] == "SchemaChange"]
    return only
