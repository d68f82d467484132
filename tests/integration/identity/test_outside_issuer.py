"""Tokens of an outside OpenID issuer: accepted by its published keys, for users that exist, and nobody else."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from shared.identity.permissions import Role
from shared.kernel.clock import utc_now
from shared.kernel.errors import Misconfigured
from shared.runtime.settings import Settings
from tests.doubles.openid_issuer import AUDIENCE, OpenIdIssuer, open_issuer
from tests.integration.identity.conftest import Office, OpenOffice, Person


@pytest.fixture
async def issuer() -> AsyncIterator[OpenIdIssuer]:
    async with open_issuer() as opened:
        yield opened


def trusting(issuer: OpenIdIssuer, **more: Any) -> dict[str, Any]:
    return {"oidc_issuer": issuer.name, "oidc_audience": AUDIENCE, "oidc_jwks_url": issuer.jwks_url, **more}


@pytest.fixture
async def joint(open_office: OpenOffice, issuer: OpenIdIssuer) -> Office:
    """An office that accepts the issuer's tokens."""
    return await open_office(**trusting(issuer))


@pytest.fixture
async def owner(joint: Office) -> Person:
    return await joint.register()


async def status(office: Office, token: str) -> int:
    return (await office.with_token(token).get("auth/me")).status


def signed_with_a_secret(claims: dict[str, Any], secret: bytes) -> str:
    """By hand, as no honest library signs with a public key."""
    parts = ({"alg": "HS256", "typ": "JWT", "kid": "one"}, {**claims, "exp": int(claims["exp"].timestamp())})
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    return b".".join((signed, signature)).decode()


async def test_a_user_comes_in_by_the_verified_address(joint: Office, owner: Person, issuer: OpenIdIssuer) -> None:
    manager = await joint.hire(owner, Role.MANAGER)

    me = (await joint.with_token(issuer.token("Manager@uyut.kz")).get("auth/me")).json

    assert (me["user"]["id"], me["user"]["role"]) == (manager.id, "manager")
    assert (await joint.with_token(issuer.token(manager.email)).get("users")).status == 403
    assert await joint.welcome(owner)


async def test_nobody_is_let_in_whom_no_company_knows_or_who_was_shut_out(
    joint: Office, owner: Person, issuer: OpenIdIssuer
) -> None:
    viewer = await joint.hire(owner, Role.VIEWER)
    token = issuer.token(viewer.email)
    assert await status(joint, token) == 200

    await owner.client.patch(f"users/{viewer.id}", {"active": False})

    assert await status(joint, token) == 401
    assert await status(joint, issuer.token("stranger@uyut.kz")) == 401


async def test_forged_and_foreign_tokens_open_nothing(joint: Office, owner: Person, issuer: OpenIdIssuer) -> None:
    email, stranger = owner.email, generate_private_key(SECP256R1())
    claims = {
        "iss": issuer.name,
        "aud": AUDIENCE,
        "email": email,
        "email_verified": True,
        "exp": utc_now() + timedelta(hours=1),
    }
    public = issuer.keys["one"].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    forged = {
        "an unverified address": issuer.token(email, email_verified=False),
        "an address that nobody vouches for": issuer.token(email, email_verified=None),
        "no address": issuer.token(email, email=None),
        "a list of addresses": issuer.token(email, email=[email]),
        "run out": issuer.token(email, exp=utc_now() - timedelta(minutes=1)),
        "without an end": issuer.token(email, exp=None),
        "for others": issuer.token(email, aud="others"),
        "for nobody": issuer.token(email, aud=None),
        "by others": issuer.token(email, iss="https://evil.example"),
        "another's key": jwt.encode(claims, stranger, algorithm="ES256", headers={"kid": "one"}),
        "an unknown key": jwt.encode(claims, stranger, algorithm="ES256", headers={"kid": "two"}),
        "no key's name": jwt.encode(claims, stranger, algorithm="ES256"),
        "the public key as a secret": signed_with_a_secret(claims, public),
        "no algorithm": jwt.encode(claims, "", algorithm="none", headers={"kid": "one"}),
        "a key set of its own": jwt.encode(
            claims, stranger, algorithm="ES256", headers={"kid": "one", "jku": "https://evil.example/keys"}
        ),
    }

    found = {name: await status(joint, token) for name, token in forged.items()}

    assert found == dict.fromkeys(forged, 401)


async def test_where_no_issuer_is_configured_its_tokens_open_nothing(
    open_office: OpenOffice, issuer: OpenIdIssuer
) -> None:
    office = await open_office()
    owner = await office.register()

    assert await status(office, issuer.token(owner.email)) == 401
    assert issuer.asked == 0


async def test_an_issuer_that_verifies_all_addresses_needs_no_claim_for_it(
    open_office: OpenOffice, issuer: OpenIdIssuer
) -> None:
    office = await open_office(**trusting(issuer, oidc_trusts_emails=True, oidc_email_claim="preferred_username"))
    owner = await office.register()

    by_claim = issuer.token("x@x.kz", preferred_username=owner.email, email_verified=None)
    denied = issuer.token("x@x.kz", preferred_username=owner.email, email_verified=False)

    assert (await status(office, by_claim), await status(office, denied)) == (200, 401)


async def test_keys_are_asked_for_once_for_all_who_wait(joint: Office, owner: Person, issuer: OpenIdIssuer) -> None:
    token = issuer.token(owner.email)

    found = await asyncio.gather(*(status(joint, token) for _ in range(10)))

    assert found == [200] * 10
    assert issuer.asked == 1


async def test_invented_key_names_do_not_turn_us_against_the_issuer(
    joint: Office, owner: Person, issuer: OpenIdIssuer
) -> None:
    assert await status(joint, issuer.token(owner.email)) == 200
    stranger = generate_private_key(SECP256R1())
    claims = {"iss": issuer.name, "aud": AUDIENCE, "email": owner.email}

    for number in range(10):
        token = jwt.encode(claims, stranger, algorithm="ES256", headers={"kid": f"invented-{number}"})
        assert await status(joint, token) == 401

    assert issuer.asked <= 2
    assert await status(joint, issuer.token(owner.email)) == 200


async def test_keys_that_cannot_be_had_are_a_matter_of_trying_later(
    joint: Office, owner: Person, issuer: OpenIdIssuer
) -> None:
    issuer.broken = True
    assert await status(joint, issuer.token(owner.email)) == 503

    issuer.broken = False
    assert await status(joint, issuer.token(owner.email)) == 200


async def test_all_who_wait_for_a_silent_issuer_are_told_at_once_and_none_asks_again(
    joint: Office, owner: Person, issuer: OpenIdIssuer
) -> None:
    issuer.broken = True

    found = await asyncio.gather(*(status(joint, issuer.token(owner.email)) for _ in range(20)))

    assert found == [503] * 20
    assert issuer.asked == 1


async def test_keys_that_cannot_be_read_are_passed_over(joint: Office, owner: Person, issuer: OpenIdIssuer) -> None:
    issuer.extra_keys = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "one", "alg": "HS256"},
        {"kty": "EC", "kid": "x"},
        {"kty": "RSA", "use": "enc", "kid": "y"},
        {},
    ]

    assert await status(joint, issuer.token(owner.email)) == 200


@pytest.mark.parametrize(
    "url",
    ["http://issuer.example/keys", "file:///etc/passwd", "https://", "ftp://issuer.example", "http://10.0.0.1/"],
)
async def test_keys_come_over_https_from_the_configured_address(open_office: OpenOffice, url: str) -> None:
    with pytest.raises(Misconfigured, match="OIDC_JWKS_URL"):
        await open_office(oidc_issuer="https://issuer.example", oidc_audience="a", oidc_jwks_url=url)


def test_an_issuer_needs_an_audience_and_an_address(settings_env: dict[str, str]) -> None:
    values = {name.lower(): value for name, value in settings_env.items()}

    with pytest.raises(ValidationError, match="OIDC_ISSUER needs"):
        Settings.model_validate({**values, "oidc_issuer": "https://issuer.example"})
