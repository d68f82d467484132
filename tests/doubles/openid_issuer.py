"""An OpenID issuer on loopback: it publishes its keys over HTTP and signs tokens with them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from jwt.algorithms import ECAlgorithm

from shared.kernel.clock import utc_now

__all__ = ["AUDIENCE", "OpenIdIssuer", "open_issuer"]

AUDIENCE = "authenticated"


@dataclass
class OpenIdIssuer:
    """Its name, its address for keys, how often that was asked, and what it does wrong."""

    name: str = "https://issuer.example/auth/v1"
    jwks_url: str = ""
    asked: int = 0
    broken: bool = False
    extra_keys: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, EllipticCurvePrivateKey] = field(default_factory=dict)

    def add_key(self, key_id: str) -> None:
        """Publish a new signing key."""
        self.keys[key_id] = generate_private_key(SECP256R1())

    def published(self) -> list[dict[str, Any]]:
        """The key set."""
        own = [
            {**json.loads(ECAlgorithm.to_jwk(key.public_key())), "kid": key_id, "use": "sig", "alg": "ES256"}
            for key_id, key in self.keys.items()
        ]
        return [*self.extra_keys, *own]

    def token(
        self, address: str, /, *, key_id: str = "one", headers: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """A token of its user; ``changes`` are claims, ``None`` takes one away."""
        claims = {
            "iss": self.name,
            "aud": AUDIENCE,
            "sub": "11111111-2222-3333-4444-555555555555",
            "email": address,
            "email_verified": True,
            "iat": utc_now(),
            "exp": utc_now() + timedelta(hours=1),
            **changes,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, self.keys[key_id], algorithm="ES256", headers={"kid": key_id, **(headers or {})})


@asynccontextmanager
async def open_issuer() -> AsyncIterator[OpenIdIssuer]:
    """Listen on a free port."""
    issuer = OpenIdIssuer()
    issuer.add_key("one")

    async def keys(_request: web.Request) -> web.Response:
        issuer.asked += 1
        await asyncio.sleep(0)
        if issuer.broken:
            return web.Response(status=500, text="<html>")
        return web.json_response({"keys": issuer.published()})

    app = web.Application()
    app.router.add_get("/keys", keys)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    issuer.jwks_url = f"http://{host}:{port}/keys"
    try:
        yield issuer
    finally:
        await runner.cleanup()
