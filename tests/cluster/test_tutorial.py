"""The tutorial, followed: its manifests and its commands, as a reader would."""

import re
from typing import Any

import yaml

from playground.installation import REPOSITORY
from playground.kubectl import person
from playground.shop import OWNER, Shop
from playground.stories.evidence import has_column

PAGE = (REPOSITORY / "docs" / "tutorial.md").read_text()


def manifests() -> dict[str, dict[str, Any]]:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return {document["kind"]: document for block in blocks for document in yaml.safe_load_all(block)}


def test_the_tutorial_leads_where_it_says(shop: Shop) -> None:
    found = manifests()
    spec = found["PostgresDatabase"]["spec"]
    spec["connection"]["database"], spec["roles"]["migration"] = shop.database, shop.owner_role
    shop.kubectl.merge("pgdb", "orders", shop.namespace, {"spec": spec})
    name = shop.apply(found["SchemaChange"])
    shop.wait_for_plan(name)
    assert "jsonpath='{.data.plan\\.md}'" in PAGE
    plan = shop.kubectl.run("get", "configmap", f"{name}-plan", "-n", shop.namespace, "-o", "jsonpath={.data.plan\\.md}")
    assert "AccessExclusive" in plan
    ready = shop.kubectl.run(
        "get", "configmap", f"{name}-plan", "-n", shop.namespace, "-o", "jsonpath={.data.approval\\.yaml}"
    )
    person(OWNER).create(yaml.safe_load(ready.replace("YOUR-USER-NAME", OWNER)))
    shop.kubectl.run("wait", "--for=condition=Ready", f"schg/{name}", "-n", shop.namespace, "--timeout=120s", seconds=130)
    assert has_column(shop, "orders", "channel")
