"""SELECT, INSERT, UPDATE, DELETE, MERGE, LOCK, and DO blocks and CALL, which can be any of them."""

import re

from schemachange_operator.core.plan import LOCK_ORDER
from schemachange_operator.core.sql.grammar import GrammarError, Tree, tokens, walk
from schemachange_operator.core.sql.kinds.classification import Classification, Classifier, named
from schemachange_operator.core.sql.name import of_range

_DESTROYING_WORDS = frozenset({"DELETE_P", "DELETE", "TRUNCATE", "DROP"})


def destroyed_rows(tree: Tree) -> tuple[str, ...]:
    """What DELETE and MERGE destroy, wherever they stand in a statement (a WITH query can delete)."""
    deletes = [node["delete_stmt"] for node in walk(tree) if "delete_stmt" in node]
    merges = [node for node in walk(tree) if any(map(_deletes, node.get("merge_when_clauses", [])))]
    return tuple(dict.fromkeys(f"rows of {of_range(node['relation'])}" for node in deletes + merges))


def _deletes(clause: Tree) -> bool:
    return bool(clause["merge_when_clause"].get("command_type") == "CMD_DELETE")


def _overwrites(tree: Tree) -> tuple[str, ...]:
    conflict = any(node.get("action") == "ONCONFLICT_UPDATE" for node in walk(tree))
    update = any("update_stmt" in node for node in walk(tree)) or conflict
    return ("values are overwritten, and no backup is taken for that",) if update else ()


def _rows(kind: str, node: str) -> Classifier:
    def classifier(tree: Tree) -> Classification:
        whole = {node: tree}
        # A WITH query can write; whatever writes takes ROW EXCLUSIVE.
        writes = any(
            name in part for part in walk(whole) for name in ("insert_stmt", "update_stmt", "delete_stmt", "merge_stmt")
        )
        locking = any("locking_clause" in part for part in walk(whole))
        into = tree.get("into_clause")
        created = (of_range(into["rel"]),) if into else ()
        relations = named(tree)
        lock = "RowExclusive" if writes else "RowShare" if locking else "AccessShare"
        return Classification(
            "SELECT INTO" if into else kind,
            lock=lock if relations else "",
            relations=relations,
            creates=created,
            destroys=destroyed_rows(whole),
            notes=_overwrites(whole),
        )

    return classifier


def _explain(tree: Tree) -> Classification:
    node, query = next(iter(tree["query"].items()))
    inner = CLASSIFIERS[node](query) if node in CLASSIFIERS else Classification("", relations=named(tree))
    return Classification("EXPLAIN", lock=inner.lock, relations=inner.relations, destroys=inner.destroys, notes=inner.notes)


def _lock(tree: Tree) -> Classification:
    return Classification("LOCK TABLE", lock=LOCK_ORDER[tree.get("mode", 8)], relations=named(tree))


def _do(tree: Tree) -> Classification:
    body = next(
        (item["def_elem"]["arg"]["string"].get("sval", "") for item in tree["args"] if item["def_elem"]["defname"] == "as"),
        "",
    )
    return Classification(
        "DO", destroys=_suspected(body), notes=("the body of a DO block is not analysed before the rehearsal",)
    )


def _suspected(body: str) -> tuple[str, ...]:
    """Words of destruction in a body, or in the strings that it may execute."""
    try:
        found = tokens(body)
    except GrammarError:
        return ("whatever its body does, which could not be read",)
    words = {token.kind for token in found} | {
        word for token in found if token.kind == "SCONST" for word in re.findall(r"[A-Z]+", token.text.upper())
    }
    return ("whatever its body deletes, drops or truncates",) if words & _DESTROYING_WORDS else ()


def _call(_tree: Tree) -> Classification:
    return Classification("CALL", notes=("what the procedure does is not analysed before the rehearsal",))


CLASSIFIERS: dict[str, Classifier] = {
    "select_stmt": _rows("SELECT", "select_stmt"),
    "insert_stmt": _rows("INSERT", "insert_stmt"),
    "update_stmt": _rows("UPDATE", "update_stmt"),
    "delete_stmt": _rows("DELETE", "delete_stmt"),
    "merge_stmt": _rows("MERGE", "merge_stmt"),
    "explain_stmt": _explain,
    "lock_stmt": _lock,
    "do_stmt": _do,
    "call_stmt": _call,
}
