"""Who is woken by whose news."""

from schemachange_operator.api.base import Metadata
from schemachange_operator.api.migration import Migration
from schemachange_operator.api.schema_change import DatabaseReference, SchemaChange, SchemaChangeSpec
from schemachange_operator.controller.cache import Cache
from schemachange_operator.core.world import Sibling


def sibling(name: str, namespace: str = "shop", database: str = "orders", phase: str = "Waiting", **more: object) -> Sibling:
    return Sibling(namespace, name, f"uid-{name}", phase, database=("shop", database), **more)  # type: ignore[arg-type]


def change(name: str, namespace: str = "shop", database: str = "orders") -> SchemaChange:
    reference = DatabaseReference(name=database, namespace="shop")
    spec = SchemaChangeSpec(database=reference, migration=Migration(sql="SELECT 1"))
    return SchemaChange(metadata=Metadata(name=name, namespace=namespace), spec=spec)


def test_news_concern_those_who_wait_and_those_who_share() -> None:
    cache = Cache()
    cache.put(sibling("shares"))
    cache.put(sibling("depends", database="other", depends_on=("first",)))
    cache.put(sibling("ended", phase="Completed"))
    cache.put(sibling("stranger", database="other"))
    assert cache.put(sibling("first", phase="Applying")) == {("shop", "shares"), ("shop", "depends")}
    assert cache.put(sibling("first", phase="Applying")) == set(), "no news, nobody is woken"
    assert cache.remove(("shop", "first")) == {("shop", "shares"), ("shop", "depends")}


def test_siblings_are_of_the_namespace_or_of_the_database() -> None:
    cache = Cache()
    for each in (
        sibling("same"),
        sibling("self"),
        sibling("elsewhere", namespace="team"),
        sibling("far", namespace="team", database="other"),
    ):
        cache.put(each)
    assert [each.name for each in cache.siblings(change("self"))] == ["same", "elsewhere"]


def test_what_a_full_list_does_not_show_is_gone() -> None:
    cache = Cache()
    cache.put(sibling("stays"))
    cache.put(sibling("vanished"))
    assert cache.keep_only({("shop", "stays")}) == {("shop", "vanished")}
    assert cache.of_database("shop", "orders") == {("shop", "stays")}
    assert cache.phases() == {"Waiting": 1}


def test_a_change_that_moves_to_another_database() -> None:
    cache = Cache()
    cache.put(sibling("moves"))
    cache.put(sibling("moves", database="other"))
    assert cache.of_database("shop", "orders") == set()
    assert cache.of_databases_in("shop") == {("shop", "moves")}
