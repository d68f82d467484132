"""Which function a path belongs to, in the local functions host."""

from __future__ import annotations

import pytest

from infra.local.errors import StackError
from infra.local.host.routes import MethodNotAllowed, NotRouted, RouteTable

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def table() -> RouteTable[str]:
    routes: RouteTable[str] = RouteTable("api")
    routes.add("webhook/{platform}/{bot_id}", frozenset({"POST"}), "webhook")
    routes.add("webhook/{platform}/{bot_id}", frozenset({"GET"}), "handshake")
    routes.add("items/{id:int}", frozenset({"GET"}), "item")
    routes.add("items/latest", frozenset({"GET"}), "latest")
    routes.add("items/{name}", frozenset({"GET"}), "named item")
    routes.add("bots/{id:guid}", frozenset({"GET"}), "bot")
    routes.add("page/{number?}", frozenset(), "page")
    routes.add("files/{*path}", frozenset({"GET"}), "file")
    return routes


@pytest.mark.parametrize(
    ("method", "path", "target", "parameters"),
    [
        ("POST", "/api/webhook/telegram/b1", "webhook", {"platform": "telegram", "bot_id": "b1"}),
        ("GET", "/api/webhook/whatsapp/b1", "handshake", {"platform": "whatsapp", "bot_id": "b1"}),
        ("POST", "/API/WebHook/Viber/B1/", "webhook", {"platform": "Viber", "bot_id": "B1"}),
        ("GET", "/api/items/42", "item", {"id": "42"}),
        ("GET", "/api/items/latest", "latest", {}),
        ("GET", "/api/items/sofa", "named item", {"name": "sofa"}),
        ("GET", "/api/items/%D0%B4%D0%B8%D0%B2%D0%B0%D0%BD%2F1", "named item", {"name": "диван/1"}),
        ("GET", f"/api/bots/{GUID}", "bot", {"id": GUID}),
        ("DELETE", "/api/page", "page", {}),
        ("DELETE", "/api/page/3", "page", {"number": "3"}),
        ("GET", "/api/files/a/b%20c.png", "file", {"path": "a/b c.png"}),
    ],
)
def test_a_path_leads_to_its_function(
    table: RouteTable[str], method: str, path: str, target: str, parameters: dict[str, str]
) -> None:
    assert table.match(method, path) == (target, parameters)


@pytest.mark.parametrize(
    "path",
    ["/", "/api", "/items/1", "/api/webhook/telegram", "/api/webhook/telegram/b1/more", "/api/bots/nobody"],
)
def test_a_path_of_nobody_is_not_routed(table: RouteTable[str], path: str) -> None:
    with pytest.raises(NotRouted):
        table.match("GET", path)


def test_another_method_is_refused_with_those_allowed(table: RouteTable[str]) -> None:
    with pytest.raises(MethodNotAllowed) as refusal:
        table.match("DELETE", "/api/webhook/telegram/b1")

    assert refusal.value.allowed == {"GET", "POST"}


@pytest.mark.parametrize("template", ["a/{b:money}", "a/x{b}"])
def test_a_template_that_is_not_understood_is_refused_at_the_start(template: str) -> None:
    with pytest.raises(StackError):
        RouteTable[str]("api").add(template, frozenset(), "x")
