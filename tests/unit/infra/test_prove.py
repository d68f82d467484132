"""``./infra/local/prove`` runs every part, says what is missing, and never passes over a part that cannot run."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local.errors import StackError
from infra.local.prove import PARTS, SDKS, Command, Part, main, prove
from infra.local.state import CHECKOUT


def part(name: str, prepare: Callable[[], Command], patience: float = 60) -> Part:
    return Part(name, "a part of a test", prepare, patience)


def python(code: str) -> Callable[[], Command]:
    return lambda: [sys.executable, "-c", code]


def lacking() -> Command:
    raise StackError("chromium is not installed", remedy="apt-get install chromium")


def test_every_part_is_run_and_those_that_fail_are_named(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    marker = tmp_path / "last"
    parts = [
        part("good", python("")),
        part("bad", python("print('a promise was broken'); raise SystemExit(3)")),
        part("lacking", lacking),
        part("slow", python("import time; time.sleep(60)"), patience=0.2),
        part("last", python(f"open({str(marker)!r}, 'w').close()")),
    ]

    assert prove(parts) == ["bad", "lacking", "slow"]

    told = capfd.readouterr().out
    assert marker.exists()
    assert re.search(r"good +… \d+\.\d s\n", told)
    assert re.search(r"bad +… ✗ \d+\.\d s\n", told)
    assert "a promise was broken" in told
    assert "./infra/local/prove bad" in told
    assert "chromium is not installed\n  → apt-get install chromium" in told
    assert "slow did not end within" in told


def test_a_part_that_does_not_exist_is_refused_with_the_list(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["kils"])

    assert ended.value.code == 2
    assert "no part kils; there are pywa" in capfd.readouterr().err


def test_each_sdk_has_tests_and_an_environment_of_pinned_versions() -> None:
    assert {*SDKS, "kills"} == {one.name for one in PARTS}
    for sdk in SDKS:
        lines = (CHECKOUT / "tests/prove/requirements" / f"{sdk}.txt").read_text().splitlines()
        packages = [line for line in lines if not line.startswith("#")]
        assert all(re.fullmatch(r"[\w.-]+==[\w.]+", package) for package in packages), packages
        assert {package.partition("==")[0] for package in packages} >= {sdk, "pytest"}
        assert (CHECKOUT / "tests/prove" / f"test_{sdk.replace('-', '_')}.py").exists()
