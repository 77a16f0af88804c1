"""What a step may not hold, each with the reason and the way out."""

from collections.abc import Callable

from schemachange_operator.core.sql.grammar import Tree, strings, walk

_OWN_SETTINGS = frozenset(
    {
        "role",
        "session_authorization",
        "lock_timeout",
        "statement_timeout",
        "transaction_timeout",
        "idle_in_transaction_session_timeout",
        "session_replication_role",
        "standard_conforming_strings",
    }
)
"""Settings that the operator's safety rests on."""

_DATABASE = "{} concerns the whole server, not this database. Leave it to the platform team."
_LISTEN = "{} needs a session that stays, and a step's does not. Leave it to the application."
_SESSION = "{} changes a session that ends with the step. Leave it out."
_FILES = "{} reads or writes files of the server. Leave it out; extensions are created with CREATE EXTENSION."

REFUSED: dict[str, str] = {
    "transaction_stmt": "Transaction control (BEGIN, COMMIT, ROLLBACK, SAVEPOINT, PREPARE TRANSACTION …) is the operator's:"
    " a step is one transaction. Leave it out; use more steps where more transactions are wanted.",
    "copy_stmt": "COPY reads or writes a file, a program or the client's own stream, and a step has none of these."
    " Use INSERT, or a backfill step.",
    "createdb_stmt": _DATABASE.format("CREATE DATABASE"),
    "dropdb_stmt": _DATABASE.format("DROP DATABASE"),
    "alter_database_stmt": _DATABASE.format("ALTER DATABASE"),
    "create_table_space_stmt": _DATABASE.format("CREATE TABLESPACE"),
    "drop_table_space_stmt": _DATABASE.format("DROP TABLESPACE"),
    "listen_stmt": _LISTEN.format("LISTEN"),
    "unlisten_stmt": _LISTEN.format("UNLISTEN"),
    "discard_stmt": _SESSION.format("DISCARD"),
    "load_stmt": _FILES.format("LOAD"),
    "prepare_stmt": _SESSION.format("PREPARE"),
    "deallocate_stmt": _SESSION.format("DEALLOCATE"),
    "check_point_stmt": _DATABASE.format("CHECKPOINT"),
}
"""libpg_query's statement to the sentence that refuses it."""


def _setting(tree: Tree) -> str:
    name = tree.get("name", "").lower()
    if tree.get("kind") == "VAR_RESET_ALL":
        return "RESET ALL also resets the timeouts that keep the application safe. Reset settings by name."
    if name in {"transaction", "session characteristics"}:
        return "Transaction control is the operator's: a step is one transaction. Leave SET TRANSACTION out."
    return _own_setting(name)


def _own_setting(name: str) -> str:
    if name in {"role", "session_authorization"}:
        return f"A step runs as the migration role (spec.roles.migration of the database) and may not change {name}. Leave it out."
    if name in _OWN_SETTINGS:
        return f"The operator sets {name} itself, by the policy. Leave it out."
    return ""


def _unnamed_index(tree: Tree) -> str:
    """After a crash the index is looked up by its name."""
    if tree.get("concurrent") and not tree.get("idxname"):
        return (
            "CREATE INDEX CONCURRENTLY needs the index's name here, by which it is found again after a crash. Give it one."
        )
    return ""


BY_CONTENT: dict[str, Callable[[Tree], str]] = {"variable_set_stmt": _setting, "index_stmt": _unnamed_index}
"""libpg_query's statement to a function that answers the refusing sentence, or nothing."""


def refusal(node: str, tree: Tree) -> str:
    """The sentence that refuses a statement; empty when it may stand in a step."""
    if node in REFUSED:
        return REFUSED[node]
    if node in BY_CONTENT:
        return BY_CONTENT[node](tree)
    return next(filter(None, map(_hidden_setting, walk(tree))), "")


def _hidden_setting(node: Tree) -> str:
    """set_config() is SET by another name."""
    call = node.get("func_call")
    if not call or strings(call.get("funcname", []))[-1:] != ("set_config",) or not call.get("args"):
        return ""
    return _own_setting(call["args"][0].get("a_const", {}).get("sval", {}).get("sval", "").lower())
