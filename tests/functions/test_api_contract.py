"""schemathesis over the whole API with tokens of each role and of a service: all documented, nobody too far in.

The seed is fixed and the number of cases bounded, so that a run is the same each time.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions._endpoints import DECLARED
from shared.composition.api import build_edge
from shared.identity.permissions import Permission, Role
from tests.functions.app_host import RunningApp, run_app
from tests.integration.api.contract.companies import Staffed, open_company

HERE = Path(__file__).parent
SETTINGS = {"API_REQUESTS_PER_MINUTE": "0", "PASSWORD_MEMORY_KIB": "8192", "PASSWORD_PASSES": "1"}
ENDS_THE_SESSION = "logout"
SECONDS = 600.0
SERVICE = [Permission.PRODUCTS_READ, Permission.PRODUCTS_WRITE, Permission.ORDERS_READ, Permission.CITIES_READ]
"""What the token of a machine client names: a stock system's needs."""


@dataclass(frozen=True)
class Run:
    """Who calls, and how hard."""

    role: Role | None
    """``None``: a service."""
    phases: str
    examples: int
    half: int | None = None
    """Every second operation from this one on; ``None``: all."""
    tags: frozenset[str] | None = None
    """Only operations of these sections; ``None``: of all."""

    @property
    def permissions(self) -> list[Permission]:
        return SERVICE if self.role is None else []

    @property
    def hooks(self) -> str:
        return "tests.functions.schemathesis_" + ("scenarios" if self.phases == "stateful" else "checks")

    def chosen(self, tags: Mapping[str, str]) -> list[str]:
        """Which operations it asks for, of all with the section of each."""
        names = sorted(name for name, tag in tags.items() if self.tags is None or tag in self.tags)
        return names if self.half is None else names[self.half :: 2]


def owner(half: int) -> Run:
    return Run(Role.OWNER, "examples,coverage,fuzzing", 4, half)


def other(role: Role | None) -> Run:
    return Run(role, "fuzzing", 2)


def scenarios(*tags: str) -> Run:
    """The owner goes from lists and new things to what can be done with them, along the document's links."""
    return Run(Role.OWNER, "stateful", 50, tags=frozenset(tags))


GOODS = scenarios("bots", "categories", "cities", "products", "prompts")
PEOPLE = scenarios(
    "alerts", "customers", "dialogs", "escalations", "failures", "invitations", "orders", "service tokens"
)
PARTS = {
    "owner's first half, admin, viewer": [owner(0), other(Role.ADMIN), other(Role.VIEWER), GOODS],
    "owner's second half, manager, service": [owner(1), other(Role.MANAGER), other(None), PEOPLE],
}
"""The owner may do everything, so it is the owner who meets every boundary of every value; the others try to."""


async def schemathesis(app: RunningApp, folder: Path, token: str, run: Run, names: list[str]) -> tuple[int, str]:
    """Run it in a process of its own; its exit code and what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from schemathesis.cli import schemathesis; schemathesis()",
        "--config-file",
        str(HERE / "schemathesis.toml"),
        "run",
        f"{app.http.url}/api/openapi.json",
        *("--url", app.http.url),
        *("--header", f"Authorization: Bearer {token}"),
        *("--checks", "all"),
        *("--phases", run.phases),
        *("--max-examples", str(run.examples)),
        *("--seed", "7"),
        *("--request-timeout", str(SECONDS)),
        *("--suppress-health-check", "too_slow"),
        *(option for name in names for option in ("--include-operation-id", name)),
        "--no-shrink",
        "--continue-on-failure",
        *("--warnings", "off"),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(HERE.parents[1]),
            "SCHEMATHESIS_HOOKS": run.hooks,
            "ZETA_CALLER": json.dumps({"role": run.role, "permissions": run.permissions}),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, said.decode()


async def token_of(company: Staffed, run: Run) -> str:
    if run.role is not None:
        return company.tokens[run.role]
    issued = await company.owner.post("service-tokens", {"name": "ERP", "permissions": run.permissions})
    assert issued.status == 201, issued.body
    return str(issued.json["token"])


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("runs", PARTS.values(), ids=PARTS.keys())
async def test_the_api_keeps_to_its_document(app_env: dict[str, str], tmp_path: Path, runs: list[Run]) -> None:
    async with run_app(app_env, tmp_path, queues=False, **SETTINGS) as app:
        edge = build_edge(app.stage.worker)
        company = await open_company(app.stage, edge, "uyut")
        document = edge.document(DECLARED.values())
        operations = [one for path in document["paths"].values() for one in path.values()]
        tags = {one["operationId"]: one["tags"][0] for one in operations if one["operationId"] != ENDS_THE_SESSION}

        for run in runs:
            code, said = await schemathesis(app, tmp_path, await token_of(company, run), run, run.chosen(tags))
            assert code == 0, said
