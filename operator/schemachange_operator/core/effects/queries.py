"""What a query reads: tables, what stands behind views, partitions and children, and what its functions do."""

from dataclasses import replace
from typing import NamedTuple

from schemachange_operator.core.effects.defaults import lock_sequences_used, unnamed_draws
from schemachange_operator.core.effects.found import Found
from schemachange_operator.core.effects.ground import Ground
from schemachange_operator.core.rules.place import Place
from schemachange_operator.core.rules.reading import called_by
from schemachange_operator.core.rules.rows import pinned
from schemachange_operator.core.sql.grammar import GrammarError, Tree, parse, strings, walk
from schemachange_operator.core.sql.kinds.classification import named

WRITES = frozenset({"insert_stmt", "update_stmt", "delete_stmt", "merge_stmt"})
STATEMENTS = WRITES | {"select_stmt"}
_DEEP = 30
"""Views on views that are looked through."""


class Reader(NamedTuple):
    """One statement that reads, with the names that are not relations in it."""

    place: Place
    ground: Ground
    found: Found
    runs: bool = True
    """False: it is planned only, as EXPLAIN does."""
    depth: int = 0
    queries: frozenset[str] = frozenset()
    """Names of WITH queries."""

    def within(self, tree: Tree) -> "Reader":
        """The reader for a statement with its own WITH queries."""
        items = tree.get("with_clause", {}).get("ctes", [])
        return self._replace(queries=self.queries | {item["common_table_expr"]["ctename"] for item in items})


def read(reader: Reader, tree: object) -> None:
    """Every SELECT in a tree, wherever it stands."""
    if isinstance(tree, list):
        for item in tree:
            read(reader, item)
    elif isinstance(tree, dict):
        for member, inner in tree.items():
            if member == "select_stmt":
                select(reader, inner)
            elif member == "sub_link" and inner.get("sub_link_type") == "EXISTS_SUBLINK":
                _exists(reader, inner)
            elif member == "func_call":
                _called(reader, inner)
                read(reader, inner)
            else:
                read(reader, inner)


def _exists(reader: Reader, link: Tree) -> None:
    """EXISTS without a condition stops at the first row."""
    inner = link["subselect"]["select_stmt"]
    read(reader, {"select_stmt": inner if "where_clause" in inner else {**inner, "limit_count": {}}})


def select(reader: Reader, tree: Tree, *, locking: bool = False) -> None:
    """One SELECT: what stands in FROM, and the queries within."""
    reader = reader.within(tree)
    for side in ("larg", "rarg"):
        if side in tree:
            select(reader, tree[side], locking=locking)
    clauses = [item["locking_clause"] for item in tree.get("locking_clause", [])]
    of = {rel["range_var"]["relname"] for clause in clauses for rel in clause.get("locked_rels", [])}
    whole = reader.runs and "limit_count" not in tree
    for table in ranges(tree.get("from_clause", [])):
        alias = table.get("alias", {}).get("aliasname", table["relname"])
        locks = locking or (bool(clauses) and (not of or alias in of))
        read_range(reader, table, "RowShare" if locks else "AccessShare", whole=whole, where=tree.get("where_clause"))
    everything = bool(clauses) and not of
    for item in tree.get("from_clause", []):
        _inside_from(reader, item, locking=locking or everything)
    rest = {key: value for key, value in tree.items() if key not in {"from_clause", "larg", "rarg"}}
    read(reader, rest)
    if not tree.get("from_clause"):
        for name in called_by(tree):
            _unknown(reader, name)


def _inside_from(reader: Reader, item: Tree, *, locking: bool) -> None:
    if "range_var" in item:
        return
    if "join_expr" in item:
        join = item["join_expr"]
        for side in ("larg", "rarg"):
            _inside_from(reader, join[side], locking=locking)
        read(reader, join.get("quals", {}))
    elif "range_subselect" in item:
        select(reader, item["range_subselect"]["subquery"]["select_stmt"], locking=locking)
    else:
        read(reader, item)


def ranges(items: list[Tree]) -> list[Tree]:
    """The relations that stand in FROM themselves, not in queries within."""
    found: list[Tree] = []
    for item in items:
        if "range_var" in item:
            found.append(item["range_var"])
        elif "join_expr" in item:
            found += ranges([item["join_expr"]["larg"], item["join_expr"]["rarg"]])
    return found


def read_range(reader: Reader, table: Tree, mode: str, *, whole: bool, where: Tree | None) -> None:
    """A relation in FROM. `whole`: all of its rows are read where the condition does not say which."""
    if not table.get("schemaname") and table["relname"] in reader.queries:
        return
    name = reader.ground.range(table)
    if name in reader.ground.views and reader.ground.facts(name).kind == "v":
        reader.found.lock(name, mode)
        definition = reader.ground.views[name].definition
        read_definition(
            reader.place,
            reader.ground,
            reader.found,
            definition,
            locking=mode == "RowShare",
            runs=whole and not _keyed(reader, where),
            depth=reader.depth + 1,
        )
        return
    tables = reader.ground.tree(name) if table.get("inh") else [name]
    for one in tables:
        reader.found.lock(one, mode)
        if whole and reader.ground.holds_rows(one) and not pinned(located(reader), where, one):
            reader.found.scan(one)


def _keyed(reader: Reader, where: Tree | None) -> bool:
    """Whether a condition on a view names rows by what is a key by its name."""
    return where is not None and pinned(located(reader), where, "")


def located(reader: Reader) -> Place:
    """The place with the catalog as it is now."""
    return replace(reader.place, catalog=reader.ground.catalog)


def read_definition(
    place: Place,
    ground: Ground,
    found: Found,
    definition: str,
    *,
    locking: bool = False,
    runs: bool = True,
    depth: int = 0,
) -> None:
    """The query of a view, as the server writes it."""
    if depth > _DEEP:
        return
    try:
        (parsed,) = parse(definition)
    except (GrammarError, ValueError):
        found.opaque("a view's query could not be read")
        return
    select(Reader(place, ground, found, runs, depth), parsed.tree, locking=locking)


def lock_named(ground: Ground, found: Found, tree: Tree) -> None:
    """A query that is only stored: what it names is looked up, views are not looked through."""
    for name in named(tree):
        found.lock(ground.key(name), "AccessShare")


def _called(reader: Reader, call: Tree) -> None:
    lock_sequences_used(reader.ground, reader.found, {"func_call": call})
    if unnamed_draws({"func_call": {**call, "args": call.get("args", [])}}):
        reader.found.opaque("which sequence is drawn from is known when it runs")
    parts = strings(call.get("funcname", []))
    functions = reader.ground.functions
    if len(parts) > 1:
        if parts[-2] != "pg_catalog":
            _unknown(reader, ".".join(parts[-2:]))
    elif parts and any(f"{schema}.{parts[-1]}" in functions for schema in reader.ground.catalog.search_path):
        _unknown(reader, parts[-1])


def _unknown(reader: Reader, name: str) -> None:
    reader.found.opaque(f"what the function {name} does is not looked into")


def has_writes(tree: object) -> bool:
    """Whether rows are changed somewhere in a tree."""
    return any(member in WRITES for node in walk(tree) for member in node)
