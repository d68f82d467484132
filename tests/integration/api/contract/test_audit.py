"""Every administrative change leaves one entry in the audit log: who, what, before and after.

Endpoints are read from the OpenAPI document; a new one is tried with its own example. Where that is not enough, or
an endpoint is no administrative change, ``acts.py`` says so by name.
"""

from __future__ import annotations

from typing import Any

from shared.identity.permissions import Role
from tests.integration.api.contract.acts import EXEMPT, Act, Scene
from tests.integration.api.contract.companies import PASSWORD, Staffed
from tests.integration.api.contract.operations import Operation
from tests.integration.conversation import Stage

WITHOUT_STATES = {
    "user.password_changed": "nothing of a password is told",
    "customer.erased": "nothing of the person is told",
}
"""Actions whose entries say neither what was nor what became."""


async def entries(scene: Scene) -> list[dict[str, Any]]:
    return await scene.stage.sql(scene.company.shop, "SELECT * FROM audit_log ORDER BY at, id")


def fault_of(operation: Operation, act: Act, new: list[dict[str, Any]], owner_id: str) -> str | None:
    """What is wrong with the entries of one change."""
    if len(new) != 1:
        return f"{len(new)} entries: {[entry['action'] for entry in new]}"
    [entry] = new
    if (entry["actor_kind"], str(entry["actor_id"]), entry["actor_name"]) != ("user", owner_id, "owner"):
        return f"whose: {entry['actor_kind']} {entry['actor_name']!r}"
    if not entry["subject_type"] or not entry["subject_id"]:
        return "does not say what was changed"
    before, after = entry["before"], entry["after"]
    if entry["action"] not in WITHOUT_STATES and not (before or after):
        return f"{entry['action']}: neither before nor after"
    if operation.method == "PATCH" and entry["action"] not in WITHOUT_STATES and not (before and after):
        return f"{entry['action']}: a change without its two states"
    told = str(before) + str(after)
    secrets = [PASSWORD, "viber-token", "another-token"]
    return next((f"tells the secret {secret!r}" for secret in secrets if secret in told), None)


async def test_every_administrative_change_leaves_one_entry(
    busy_stage: Stage, own: Staffed, operations: list[Operation]
) -> None:
    changing = {one.name: one for one in operations if one.method != "GET"}
    assert set(EXEMPT) <= set(changing)
    scene = Scene(busy_stage, own, {one.name: one for one in operations})
    owner_id = (await own.owner.get("auth/me")).json["user"]["id"]
    order = sorted(
        (one for one in changing.values() if one.name not in EXEMPT),
        # the customer is forgotten when all else is done
        key=lambda one: (one.name == "erase_customer", one.method == "DELETE"),
    )

    faults = {}
    for operation in order:
        act = await scene.act(operation.name)
        before = len(await entries(scene))
        answer = await own.clients[Role.OWNER].request(
            operation.method, operation.at(act.places), body=act.body, content=act.content
        )
        if answer.status >= 300:
            faults[operation.name] = f"{answer.status}: write one in acts.py: {answer.body.decode()[:300]}"
        elif fault := fault_of(operation, act, (await entries(scene))[before:], owner_id):
            faults[operation.name] = fault

    assert not faults, "\n".join(f"{name}: {fault}" for name, fault in faults.items())
