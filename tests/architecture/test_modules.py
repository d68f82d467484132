"""The shape of the source: small modules, short functions, honest names, no leftovers."""

from __future__ import annotations

import ast
import re

from tests.architecture.source import CHECKOUT, modules, tree_of

LINES_OF_A_MODULE = 450
LINES_OF_A_FUNCTION = 60
"""Of code, the description aside; most are under 40."""

_VAGUE = re.compile(r"(?:^|_)(?:utils?|helpers?|managers?|base|misc|common|stuff)(?:_|$)")
_LEFTOVER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|NotImplementedError)\b")
_UNNAMED_EXCUSE = re.compile(r"#\s*(?:type:\s*ignore(?!\[)|noqa(?!:))")
ALL = ("function_app.py", "functions", "shared", "infra", "tests")


def test_no_module_is_longer_than_a_person_reads() -> None:
    long = {
        str(path.relative_to(CHECKOUT)): count
        for path in modules(*ALL, suffixes=(".py", ".js", ".css"))
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_OF_A_MODULE
    }

    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {}
    for path in modules("functions", "shared"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                described = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
                first = node.body[1] if described and len(node.body) > 1 else node.body[0]
                length = (node.end_lineno or 0) - first.lineno + 1
                if length > LINES_OF_A_FUNCTION:
                    long[f"{path.name}:{node.name}"] = length

    assert long == {}


def test_names_say_what_a_module_is() -> None:
    vague = [
        path
        for path in modules("functions", "shared", "infra", "tests")
        if any(_VAGUE.search(part) for part in path.relative_to(CHECKOUT).with_suffix("").parts)
    ]

    assert vague == []


def test_nothing_is_left_unfinished_or_excused_without_a_name() -> None:
    own = CHECKOUT / "tests" / "architecture" / "test_modules.py"
    found = [
        f"{path.relative_to(CHECKOUT)}:{number}"
        for path in modules(*ALL)
        if path != own
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _LEFTOVER.search(line) or _UNNAMED_EXCUSE.search(line)
    ]

    assert found == []


def test_tests_replace_nothing_behind_the_code_s_back() -> None:
    own = CHECKOUT / "tests" / "architecture" / "test_modules.py"
    forbidden = re.compile(r"unittest\.mock|monkeypatch\.setattr|mock\.patch|pytest\.skip|mark\.(?:skip|xfail)")
    found = [path for path in modules("tests") if path != own and forbidden.search(path.read_text("utf-8"))]

    assert found == []
