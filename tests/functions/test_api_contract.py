"""schemathesis over the whole API with a token of each role: nothing undocumented or broken, nobody too far in.

The seed is fixed and the number of cases bounded, so that a run is the same each time.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from shared.composition.api import build_edge
from shared.identity.permissions import Role
from tests.functions.app_host import RunningApp, run_app
from tests.integration.api.contract.companies import open_company

HERE = Path(__file__).parent
SETTINGS = {"API_REQUESTS_PER_MINUTE": "0", "PASSWORD_MEMORY_KIB": "8192", "PASSWORD_PASSES": "1"}
ENDS_THE_SESSION = "logout"
SECONDS = 240.0

PHASES = {
    Role.OWNER: ("examples,coverage,fuzzing", 12),
    Role.ADMIN: ("fuzzing", 3),
    Role.MANAGER: ("fuzzing", 3),
    Role.VIEWER: ("fuzzing", 3),
}
"""The owner may do everything, so it is the owner who meets every boundary of every value; the others try to."""


async def schemathesis(app: RunningApp, folder: Path, token: str, role: Role) -> tuple[int, str]:
    """Run it in a process of its own; its exit code and what it says."""
    phases, examples = PHASES[role]
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
        *("--phases", phases),
        *("--max-examples", str(examples)),
        *("--seed", "7"),
        *("--exclude-operation-id", ENDS_THE_SESSION),
        "--no-shrink",
        "--continue-on-failure",
        *("--warnings", "off"),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(HERE.parents[1]),
            "SCHEMATHESIS_HOOKS": "tests.functions.schemathesis_checks",
            "ZETA_ROLE": role.value,
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
@pytest.mark.parametrize("role", list(Role))
async def test_the_api_keeps_to_its_document(app_env: dict[str, str], tmp_path: Path, role: Role) -> None:
    async with run_app(app_env, tmp_path, queues=False, **SETTINGS) as app:
        company = await open_company(app.stage, build_edge(app.stage.worker), "uyut")

        code, said = await schemathesis(app, tmp_path, company.tokens[role], role)

    assert code == 0, said
