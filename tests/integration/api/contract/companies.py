"""Two companies with everything in them, and somebody of each role at both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from shared.api.edge import ApiEdge
from shared.identity.passwords import Passwords
from shared.identity.permissions import Role
from shared.identity.service import insert_user
from shared.kernel.languages import Language
from tests.doubles.api_client import ApiClient
from tests.integration.api.contract.things import make_things
from tests.integration.conversation import Shop, Stage

__all__ = ["PASSWORD", "Staffed", "open_company"]

PASSWORD = "sofa-lamp-window"


@dataclass(frozen=True)
class Staffed:
    """A company and its people."""

    shop: Shop
    clients: Mapping[Role, ApiClient]
    tokens: Mapping[Role, str]

    @property
    def owner(self) -> ApiClient:
        return self.clients[Role.OWNER]


async def open_company(stage: Stage, edge: ApiEdge, slug: str) -> Staffed:
    """Open a company, hire one of each role, make one of every thing."""
    shop = await stage.open_shop(slug)
    settings = stage.worker.settings
    passwords = Passwords(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
    tokens = {}
    for role in Role:
        email = f"{role.value}@{slug}.kz"
        password_hash = await passwords.hash(SecretStr(PASSWORD))
        async with stage.worker.database.session_scope(shop.company_id) as session:
            await insert_user(
                session,
                shop.company_id,
                email=email,
                name=role.value,
                role=role,
                language=Language.RU,
                password_hash=password_hash,
            )
        answer = await ApiClient(edge).post("auth/login", {"email": email, "password": PASSWORD})
        assert answer.status == 200, answer.body
        tokens[role] = answer.json["access_token"]
    clients = {role: ApiClient(edge, token) for role, token in tokens.items()}
    await make_things(stage, shop, clients[Role.OWNER])
    return Staffed(shop, clients, tokens)
