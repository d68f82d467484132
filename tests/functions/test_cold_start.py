"""What a new process loads before its first webhook is acknowledged: the intake, and nothing of the shop."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from shared.channels.contract import Platform
from tests.functions.app_host import proof
from tests.host import PATIENCE
from tests.integration.conversation import open_stage

CHECKOUT = Path(__file__).resolve().parents[2]
BODY = b'{"update_id": 1}'
RECEIVE = """
import asyncio, json, sys
import azure.functions as func
import function_app

asked = json.loads(sys.stdin.read())
functions = {one.get_function_name(): one.get_user_function() for one in function_app.app.get_functions()}
request = func.HttpRequest(
    method="POST", url="/", headers=asked["headers"], route_params=asked["route"], body=asked["body"].encode()
)
answer = asyncio.run(functions["receive_webhook"](request))
print(json.dumps({"status": answer.status_code, "modules": sorted(sys.modules)}))
"""
INTAKE = {"api", "bots", "channels", "companies", "composition", "dialogs", "kernel", "runtime"}
"""The capabilities that a webhook needs; of the API, the light words of its endpoints."""
COMPOSED = {"intake", "process", "worker"}
NOT_NEEDED = {"PIL", "argon2", "babel", "defusedxml", "httpx", "jwt", "openai", "openpyxl", "rapidfuzz", "zxingcpp"}


def _received(environment: Mapping[str, str], asked: Mapping[str, object]) -> tuple[int, list[str]]:
    """The status that a fresh process answers with, and the modules that it has loaded by then."""
    done = subprocess.run(
        [sys.executable, "-c", RECEIVE],
        cwd=CHECKOUT,
        env={"PATH": "/usr/bin:/bin", "PYTHONWARNINGS": "ignore::ResourceWarning", **environment},
        input=json.dumps(asked),
        text=True,
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return found["status"], found["modules"]


def _parts_of(package: str, modules: Sequence[str]) -> set[str]:
    """The names directly below the package."""
    inside = [name.removeprefix(f"{package}.") for name in modules if name.startswith(f"{package}.")]
    return {name.partition(".")[0] for name in inside}


@pytest.mark.parametrize("platform", Platform)
async def test_a_webhook_loads_the_intake_alone(app_env: dict[str, str], platform: Platform) -> None:
    async with open_stage(app_env) as stage:
        shop = await stage.open_shop()
        asked = {
            "headers": proof(platform, shop.slug, BODY),
            "route": {"platform": platform.value, "bot_id": str(shop.bots[platform])},
            "body": BODY.decode(),
        }

        status, modules = await asyncio.to_thread(_received, app_env, asked)

    assert status == 200
    assert _parts_of("shared", modules) <= INTAKE
    assert _parts_of("shared.composition", modules) == COMPOSED
    assert _parts_of("shared.channels", modules) & {other.value for other in Platform} == {platform.value}
    assert {name.partition(".")[0] for name in modules} & NOT_NEEDED == set()
