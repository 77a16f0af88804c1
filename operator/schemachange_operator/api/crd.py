"""Models to CustomResourceDefinitions: `python -m schemachange_operator.api.crd` prints what belongs in crds/.

Kubernetes wants a structural schema: no references, no unions, no titles. What it cannot say is refused here.
"""

import sys
from dataclasses import dataclass
from typing import Any

import yaml

from schemachange_operator.api.approval import SchemaChangeApproval
from schemachange_operator.api.base import GROUP, VERSION, Model
from schemachange_operator.api.columns import APPROVAL, CHANGE, DATABASE, POLICY, Column
from schemachange_operator.api.database import PostgresDatabase
from schemachange_operator.api.policy import SchemaPolicy
from schemachange_operator.api.schema_change import SchemaChange

Schema = dict[str, Any]

NEVER_OBSERVED = {"observedGeneration": -1}
"""kstatus takes an object without status for ready; this default makes a fresh one wait for the operator."""


SAYABLE = frozenset(
    {
        "additionalProperties", "description", "enum", "format", "items", "maxItems", "maxLength", "maxProperties", "maximum",
        "minItems", "minLength", "minProperties", "minimum", "pattern", "properties", "required", "type",
    }
)  # fmt: skip
"""Of what pydantic writes, the words that a structural schema takes (seen on a real API server)."""


@dataclass(frozen=True)
class Kind:
    """What a CustomResourceDefinition needs to know beside the model."""

    model: type[Model]
    plural: str
    short_name: str
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The kind."""
        return self.model.__name__


KINDS = (
    Kind(SchemaChange, "schemachanges", "schg", CHANGE),
    Kind(PostgresDatabase, "postgresdatabases", "pgdb", DATABASE),
    Kind(SchemaPolicy, "schemapolicies", "schp", POLICY),
    Kind(SchemaChangeApproval, "schemachangeapprovals", "schga", APPROVAL),
)


def definition(kind: Kind) -> Schema:
    """The CustomResourceDefinition of one kind."""
    schema = structural(kind.model)
    has_status = "status" in schema["properties"]
    version: Schema = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": [column.manifest() for column in kind.columns],
        "schema": {"openAPIV3Schema": schema},
    }
    if has_status:
        version["subresources"] = {"status": {}}
        schema["properties"]["status"]["default"] = NEVER_OBSERVED
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {
                "kind": kind.name,
                "listKind": f"{kind.name}List",
                "plural": kind.plural,
                "singular": kind.name.lower(),
                "shortNames": [kind.short_name],
                "categories": ["schemachange"],
            },
            "scope": "Namespaced",
            "versions": [version],
        },
    }


def structural(model: type[Model]) -> Schema:
    """The model's schema as Kubernetes takes it. Raises TypeError for what it cannot say."""
    source = model.model_json_schema(by_alias=True)
    schema = _converted(source, source.get("$defs", {}))
    schema["properties"]["metadata"] = {"type": "object"}
    schema["required"] = [name for name in schema.get("required", []) if name != "metadata"]
    return schema


def _converted(node: Schema, definitions: Schema) -> Schema:
    if "$ref" in node:
        target = definitions[node["$ref"].rsplit("/", 1)[-1]]
        return _converted({**target, **{key: value for key, value in node.items() if key != "$ref"}}, definitions)
    if "anyOf" in node:
        return _converted({**_only_member(node), **{k: v for k, v in node.items() if k != "anyOf"}}, definitions)
    kept = {key: value for key, value in node.items() if key not in ("title", "$defs", "default")}
    foreign = [key for key in kept if key not in SAYABLE and not key.startswith("x-kubernetes-")]
    if foreign:
        raise TypeError(f"a CustomResourceDefinition cannot say {', '.join(foreign)}: {node}")
    if "properties" in kept:
        kept["properties"] = {name: _converted(child, definitions) for name, child in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _converted(kept["items"], definitions)
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = _converted(kept["additionalProperties"], definitions)
    return kept


def _only_member(node: Schema) -> Schema:
    members: list[Schema] = [member for member in node["anyOf"] if member.get("type") != "null"]
    if len(members) != 1:
        raise TypeError(f"a CustomResourceDefinition cannot say a union: {node}")
    return members[0]


def text(kind: Kind) -> str:
    """The YAML that is checked in."""
    header = "# Generated from the models by `make generate`. Do not edit.\n"
    return header + yaml.safe_dump(definition(kind), sort_keys=False, width=120, allow_unicode=True)


def main() -> None:
    """Print the definition of the kind whose plural is the argument."""
    wanted = sys.argv[1]
    sys.stdout.write(next(text(kind) for kind in KINDS if kind.plural == wanted))


if __name__ == "__main__":
    main()
