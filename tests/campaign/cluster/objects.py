"""What the objects in the cluster say after a run, beside what the database says. Shares no code with the operator."""

from campaign.cluster.classes import ChangeClass
from campaign.cluster.stage import CHANGE_UID, Victim

APPLIED_ONCE = ("Applying", "Backfilling")


def check(victim: Victim, kind: ChangeClass) -> tuple[str, ...]:
    """Every violation, as a sentence."""
    change = victim.shop.change(victim.name)
    status = change["status"]
    found = []
    if (status["phase"], status["reason"]) != kind.ends:
        found.append(f"ended as {status['phase']} {status['reason']}: {status['message']}")
    if change["metadata"].get("finalizers"):
        found.append("its finalizer is still there")
    if status["observedGeneration"] != change["metadata"]["generation"]:
        found.append("its newest form has not been looked at")
    if bool(status.get("frozen")) != kind.applied:
        found.append(f"frozen is {status.get('frozen')}")
    wrong = [step["name"] for step in status["steps"] if (step["state"] == "Done") != kind.applied]
    if wrong:
        found.append(f"steps that are not as they should be: {', '.join(wrong)}")
    return (*found, *_conditions(status["conditions"], kind), *_left_running(victim))


def _conditions(conditions: list[dict[str, str]], kind: ChangeClass) -> tuple[str, ...]:
    states = {condition["type"]: condition["status"] for condition in conditions}
    ready = "True" if kind.ends[0] == "Completed" else "False"
    wanted = {"Ready": ready, "Reconciling": "False", "DataAtRisk": "False"}
    return tuple(f"condition {name} is {states[name]}" for name, value in wanted.items() if states.get(name, value) != value)


def _left_running(victim: Victim) -> tuple[str, ...]:
    jobs = victim.shop.kubectl.list("jobs", victim.shop.namespace, f"{CHANGE_UID}={victim.uid}")
    running = [job["metadata"]["name"] for job in jobs if job["status"].get("active")]
    return tuple(f"Job {name} still runs" for name in running)
