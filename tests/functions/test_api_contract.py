"""schemathesis over the whole API with a token of each role: nothing undocumented or broken, nobody too far in.

The seed is fixed and the number of cases bounded, so that a run is the same each time.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions._endpoints import DECLARED
from shared.composition.api import build_edge
from shared.identity.permissions import Role
from tests.functions.app_host import RunningApp, run_app
from tests.integration.api.contract.companies import open_company

HERE = Path(__file__).parent
SETTINGS = {"API_REQUESTS_PER_MINUTE": "0", "PASSWORD_MEMORY_KIB": "8192", "PASSWORD_PASSES": "1"}
ENDS_THE_SESSION = "logout"
SECONDS = 240.0
SHARDS = 4
"""The owner's run in parts, which test workers share."""


@dataclass(frozen=True)
class Run:
    """Who calls, and how hard."""

    role: Role
    phases: str
    examples: int
    shard: int | None = None


RUNS = [
    *(Run(Role.OWNER, "coverage,fuzzing", 4, shard) for shard in range(SHARDS)),
    *(Run(role, "fuzzing", 2) for role in Role if role is not Role.OWNER),
]
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
        *(option for name in names for option in ("--include-operation-id", name)),
        "--no-shrink",
        "--continue-on-failure",
        *("--warnings", "off"),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(HERE.parents[1]),
            "SCHEMATHESIS_HOOKS": "tests.functions.schemathesis_checks",
            "ZETA_ROLE": run.role.value,
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


@pytest.mark.timeout(300)
@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.role.value}-{run.shard or 0}")
async def test_the_api_keeps_to_its_document(app_env: dict[str, str], tmp_path: Path, run: Run) -> None:
    async with run_app(app_env, tmp_path, queues=False, **SETTINGS) as app:
        edge = build_edge(app.stage.worker)
        company = await open_company(app.stage, edge, "uyut")
        document = edge.document(DECLARED.values())
        names = sorted(one["operationId"] for path in document["paths"].values() for one in path.values())
        names.remove(ENDS_THE_SESSION)
        chosen = names if run.shard is None else names[run.shard :: SHARDS]

        code, said = await schemathesis(app, tmp_path, company.tokens[run.role], run, chosen)

    assert code == 0, said
