"""CREATE TABLE … PARTITION OF: a table like the parent, then ATTACH PARTITION, which lets reads and writes go on."""

from schemachange_operator.core.content import ContentStep
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.sequences.attach_partition import with_proofs
from schemachange_operator.core.sequences.offer import Offer
from schemachange_operator.core.sequences.writing import ranged
from schemachange_operator.core.sql.grammar import Tree, deparse

MENDS = ("create-partition-blocks",)
_LIKE = 2 + 4 + 8 + 16 + 256
"""COMPRESSION, CONSTRAINTS, DEFAULTS, GENERATED, STORAGE (parsenodes.h, TableLikeOption). ATTACH makes the indexes."""


def offer(place: Place, _: ContentStep) -> Offer | None:
    """See MENDS. Options of single columns cannot be kept this way, nor IF NOT EXISTS, nor a default partition."""
    tree = place.tree
    own = tree.get("table_elts", [])
    if any("column_def" in item for item in own) or tree.get("if_not_exists") or tree["partbound"].get("is_default"):
        return None
    parent = tree["inh_relations"][0]["range_var"]
    like = {"table_like_clause": {"relation": parent, "options": _LIKE}}
    plain = {key: value for key, value in tree.items() if key not in {"inh_relations", "partbound"}}
    created = deparse("create_stmt", {**plain, "table_elts": [like, *own]})
    new = ranged(tree["relation"])
    attach = _attach(parent, tree)
    return with_proofs(
        place,
        tree["partbound"],
        place.table,
        attach,
        (f"ALTER TABLE {ranged(parent)} DETACH PARTITION {new}", f"DROP TABLE {new}"),
        created=created,
        parent=place.range_key(parent),
    )


def _attach(parent: Tree, tree: Tree) -> str:
    relation = {**tree["relation"], "inh": True}
    command = {
        "subtype": "AT_AttachPartition",
        "def": {"partition_cmd": {"name": relation, "bound": tree["partbound"]}},
        "behavior": "DROP_RESTRICT",
    }
    whole = {"relation": parent, "cmds": [{"alter_table_cmd": command}], "objtype": "OBJECT_TABLE"}
    return deparse("alter_table_stmt", whole)
