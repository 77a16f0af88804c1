"""Generated files are as generated, and the models say only what Kubernetes can say."""

import re
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from generate import REPOSITORY, generated, left_over
from schemachange_operator.api.base import Model
from schemachange_operator.api.crd import KINDS, structural
from schemachange_operator.api.reason import Reason
from schemachange_operator.api.vocabulary import ConditionType, Phase
from schemachange_operator.core.rules import known_rules
from schemachange_operator.core.rules.page import page_of


@pytest.mark.parametrize("path", list(generated()), ids=lambda path: path.name)
def test_a_generated_file_is_as_generated(path) -> None:
    assert path.read_text() == generated()[path], "run `make generate`"


def test_every_page_of_a_rule_is_about_a_rule() -> None:
    assert left_over() == []


@pytest.mark.parametrize("known", known_rules(), ids=lambda known: known.rule.id)
def test_a_rule_s_page_shows_the_sql_that_runs_on_real_servers_and_no_other(known) -> None:
    text = (REPOSITORY / page_of(known.rule.id)).read_text()
    assert re.findall(r"```sql\n(.*?)\n```", text, re.DOTALL) == [known.rule.bad, known.rule.good]


def test_a_union_is_refused() -> None:
    class Member(Model):
        value: int | str

    class Kind(Model):
        metadata: str
        spec: Member

    with pytest.raises(TypeError, match="union"):
        structural(Kind)


def test_what_a_structural_schema_cannot_say_is_refused() -> None:
    class Member(Model):
        named: dict[Annotated[str, Field(max_length=3)], str] = {}

    class Kind(Model):
        metadata: str
        spec: Member

    with pytest.raises(TypeError, match="propertyNames"):
        structural(Kind)


@pytest.mark.parametrize("words", [Phase, ConditionType, Reason])
def test_every_word_has_a_meaning(words) -> None:
    assert [word for word in words if not word.meaning.endswith((".", "!"))] == []


def described(model: type[BaseModel], seen: set[type]) -> list[str]:
    bare = [f"{model.__name__}.{name}" for name, member in model.model_fields.items() if not member.description]
    for member in model.model_fields.values():
        for part in [member.annotation, *getattr(member.annotation, "__args__", ())]:
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in seen:
                seen.add(part)
                bare += described(part, seen)
    return bare


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_is_described(kind) -> None:
    own = ("metadata", "spec", "status")
    bare = [
        name
        for name in described(kind.model, set())
        if name.rsplit(".", 1)[1] not in own and not name.startswith("Metadata.")
    ]
    assert bare == []
