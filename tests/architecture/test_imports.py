"""Who may import whom: the contracts of pyproject.toml hold, and capabilities meet only in published modules."""

from __future__ import annotations

import ast
import json

import grimp
from importlinter.cli import EXIT_STATUS_SUCCESS

from tests.architecture.source import CHECKOUT, modules, run_python, tree_of

PUBLISHED = {
    "alerts": {"errors", "replies", "schemas", "service"},
    "analytics": {"kinds", "schemas", "service"},
    "api": {"endpoint", "exchange", "problems"},
    "assistant": {"catalogue", "service"},
    "bots": {"connection", "directory", "prompts", "schemas", "service"},
    "catalog": {"colours", "imports", "schemas", "service", "stock"},
    "channels": {
        "choices",
        "contract",
        "messages",
        "registry",
        "settings",
        "telegram.setup",
        "viber.setup",
        "whatsapp.setup",
    },
    "companies": {"schemas", "service", "slugs"},
    "customers": {"contract", "schemas", "service"},
    "dialogs": {"bells", "contract", "failures", "notes", "notices", "openings"},
    "escalations": {"handover", "replies", "rules", "schemas", "service"},
    "identity": {
        "accounts",
        "audit",
        "mails",
        "messengers",
        "passwords",
        "permissions",
        "resets",
        "schemas",
        "service",
    },
    "media": {"schemas", "service"},
    "orders": {"carts", "checkout", "errors", "replies", "sales", "schemas", "service", "statuses", "stock"},
    "recommendations": {"preferences", "schemas", "service"},
}
"""What other capabilities, the command line and the demo may use of each; composition alone may use all."""

THE_PAST = {
    ("infra.local.demo.trade", "shared.orders.models"),
    ("infra.local.demo.trade", "shared.orders.repository"),
    ("infra.local.demo.life", "shared.escalations.models"),
    ("infra.local.demo.life", "shared.escalations.staff.links"),
}
"""The demo shop has traded for two weeks: rows of the past, which no service lets anybody write."""

HEAVY = {
    "aiohttp",
    "alembic",
    "azure.core",
    "azure.identity",
    "azure.storage",
    "defusedxml",
    "httpx",
    "PIL",
    "tesserocr",
    "zxingcpp",
    "openai",
    "openpyxl",
    "psycopg",
    "pydantic",
    "pydantic_settings",
    "rapidfuzz",
    "redis",
    "snowballstemmer",
    "sqlalchemy",
}


def test_the_import_contracts_hold() -> None:
    said = run_python("from importlinter.cli import lint_imports; print(lint_imports(no_cache=True))")

    assert said.splitlines()[-1] == str(EXIT_STATUS_SUCCESS), said


def test_capabilities_meet_only_in_published_modules() -> None:
    graph = grimp.build_graph("shared", "infra", cache_dir=None)
    broken = []
    for importer in graph.modules:
        if importer.startswith("shared.composition"):
            continue
        for imported in graph.find_modules_directly_imported_by(importer):
            capability, _, module = imported.removeprefix("shared.").partition(".")
            foreign = not importer.startswith(f"shared.{capability}")
            closed = capability in PUBLISHED and module not in PUBLISHED[capability]
            if foreign and closed and (importer, imported) not in THE_PAST:
                broken.append(f"{importer} → {imported}")

    assert sorted(broken) == []


def test_the_published_modules_exist() -> None:
    paths = {f"{capability}.{module}" for capability, published in PUBLISHED.items() for module in published}
    missing = [path for path in paths if not (CHECKOUT / "shared" / f"{path.replace('.', '/')}.py").exists()]

    assert missing == []


def test_loading_the_app_loads_nothing_heavy() -> None:
    loaded = json.loads(run_python("import sys, json, function_app; print(json.dumps(sorted(sys.modules)))"))

    heavy = [name for name in loaded for heavy in HEAVY if name == heavy or name.startswith(f"{heavy}.")]
    assert heavy == []
    ours = [name for name in loaded if name.startswith("shared.") and name.count(".") == 1]
    assert set(ours) <= {"shared.kernel", "shared.api"}


def test_azure_functions_is_known_to_the_functions_alone() -> None:
    importing = [
        path
        for path in modules("shared", "functions", "function_app.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import) and any(name.name == "azure.functions" for name in node.names)
    ]

    assert {path.parent.name for path in importing} == {"functions", CHECKOUT.name}
