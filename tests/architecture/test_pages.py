"""The pages of docs: each is found from the README, and leads to what exists."""

from __future__ import annotations

import re

from functions.blueprints import BLUEPRINTS
from tests.architecture.source import CHECKOUT

PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
_PATH = re.compile(r"`((?:shared|functions|infra|tests|docs)/[\w./-]+\.\w+)`")


def test_every_page_is_linked_from_the_readme() -> None:
    linked = set(_LINK.findall(PAGES[0].read_text(encoding="utf-8")))

    assert {f"docs/{page.name}" for page in PAGES[1:]} - linked == set()


def test_links_and_paths_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        words = page.read_text(encoding="utf-8")
        targets = [page.parent / link for link in _LINK.findall(words)]
        targets += [CHECKOUT / path for path in _PATH.findall(words)]
        broken += [f"{page.name}: {target}" for target in targets if not target.exists()]

    assert broken == []


def test_every_module_of_functions_is_registered() -> None:
    registry = (CHECKOUT / "functions" / "blueprints.py").read_text(encoding="utf-8")
    imported = set(re.findall(r"^from functions\.(\w+) import", registry, re.MULTILINE))
    modules = {path.stem for path in (CHECKOUT / "functions").glob("[!_]*.py")} - {"blueprints"}

    assert imported == modules
    assert len(BLUEPRINTS) == len(modules)


def test_every_function_with_a_trigger_is_on_the_architecture_page() -> None:
    page = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    functions = (CHECKOUT / "functions").glob("[!_]*.py")
    names = [
        name
        for path in functions
        for name in re.findall(r"function_name\(\"(\w+)\"\)", path.read_text(encoding="utf-8"))
        if not name.endswith("_poison")
    ]

    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_capability_is_on_the_architecture_page() -> None:
    page = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    capabilities = [path.name for path in (CHECKOUT / "shared").iterdir() if (path / "__init__.py").exists()]

    assert [name for name in capabilities if f"`{name}`" not in page] == []
