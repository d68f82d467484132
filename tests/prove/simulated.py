"""The simulator as a process, a bot that keeps what it gets, people who act: the standard library alone."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

__all__ = ["JPEG", "Inbox", "Messengers", "Person", "Webhook", "running_inbox", "running_messengers"]

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
JPEG = (CHECKOUT / "infra/local/simulator/samples/sofa.jpg").read_bytes()


@dataclass(frozen=True)
class Webhook:
    """One request of a messenger, as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)


class Inbox:
    """A bot's address: keeps every webhook, answers 200, echoes a challenge, and serves ``files``."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.received: list[Webhook] = []
        self.files = {"/sofa.jpg": ("image/jpeg", JPEG)}

    def wait_for(self, count: int) -> list[Webhook]:
        """What came, once there are ``count``."""
        deadline = time.monotonic() + PATIENCE
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} webhooks came"
            time.sleep(0.02)
        return list(self.received)


@contextmanager
def running_inbox() -> Iterator[Inbox]:
    """Listen on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            inbox.received.append(Webhook(self.path, dict(self.headers.items()), raw))
            self.answer("text/plain", b"")

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            challenge = parse_qs(parts.query).get("hub.challenge", [""])[0].encode()
            self.answer(*inbox.files.get(parts.path, ("text/plain", challenge)))

        def answer(self, mime: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nothing: the test says what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    inbox = Inbox(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Messengers:
    """The simulator's APIs, and its control routes."""

    def __init__(self, url: str) -> None:
        self.url = url

    def add_bot(self, platform: str, inbox: Inbox, credentials: dict[str, str]) -> None:
        """Make a bot whose webhooks go to the inbox."""
        bot = {"platform": platform, "bot_id": "sdk", "webhook_url": f"{inbox.url}/hook", "name": "Магазин"}
        self.control("POST", "bots", {**bot, "credentials": credentials})

    def person(self, platform: str, name: str, **where: str) -> Person:
        """Somebody of that name; ``where``: group, topic, as."""
        return Person(self, {"platform": platform, "user": name, **where})

    def control(self, method: str, path: str, body: object = None) -> Any:
        """One call of a control route."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/control/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return json.loads(response.read())


class Person:
    """Somebody in a chat with the bot."""

    def __init__(self, messengers: Messengers, who: dict[str, str]) -> None:
        self._messengers = messengers
        self._who = who

    @property
    def id(self) -> str:
        """The platform's identity."""
        return str(self._messengers.control("POST", "users", self._who)["id"])

    def does(self, action: str, **parameters: object) -> int:
        """Act; the status that the bot answered."""
        body = {**self._who, "action": action, **parameters}
        return int(self._messengers.control("POST", "act", body)["status"])

    def has(self, count: int) -> list[dict[str, Any]]:
        """What the bot has sent, once there are ``count`` messages."""
        query = urlencode({**self._who, "wait": count, "timeout": 30}, quote_via=quote)
        messages: list[dict[str, Any]] = self._messengers.control("GET", f"messages?{query}")["messages"]
        return messages


@contextmanager
def running_messengers() -> Iterator[Messengers]:
    """The simulator in the project's own environment."""
    command = [str(CHECKOUT / ".venv/bin/python"), "-m", "infra.local.simulator", "--port", "0", "--speed", "100"]
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "http://" in first, "the simulator did not start"
        yield Messengers(first.rpartition(" ")[2].strip())
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        if process.stdout is not None:
            process.stdout.close()
