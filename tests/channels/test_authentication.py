"""A webhook is believed only with its platform's proof over the raw bytes."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from shared.channels.contract import Platform, WebhookRequest
from shared.kernel.errors import Forbidden, Unauthenticated
from tests.channels.recorded import channel_of

EVERYWHERE = pytest.mark.parametrize("platform", list(Platform))

HEADERS = {
    Platform.TELEGRAM: "x-telegram-bot-api-secret-token",
    Platform.WHATSAPP: "x-hub-signature-256",
    Platform.VIBER: "x-viber-content-signature",
}
CREDENTIALS = {
    "secret_token": SecretStr("s3cret_token"),
    "app_secret": SecretStr("app-secret"),
    "verify_token": SecretStr("verify-me"),
    "auth_token": SecretStr("viber-token"),
}
BODIES = {
    Platform.TELEGRAM: b"{}",
    Platform.WHATSAPP: b'{"object":"whatsapp_business_account","entry":[]}',
    Platform.VIBER: b'{"event":"webhook","timestamp":1700000000000,"message_token":1}',
}
# Computed apart from this code, by openssl's hmac.
PROOFS = {
    Platform.TELEGRAM: "s3cret_token",
    Platform.WHATSAPP: "sha256=d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f",
    Platform.VIBER: "23bc7030ab898b1ff5d04fd53f908faf933d6c6b7e4cc9356619610d93937da3",
}


def request(platform: Platform, proof: str | None, body: bytes | None = None) -> WebhookRequest:
    headers = {} if proof is None else {HEADERS[platform]: proof}
    return WebhookRequest(headers=headers, body=BODIES[platform] if body is None else body)


@EVERYWHERE
def test_the_right_proof_is_accepted(platform: Platform) -> None:
    channel_of(platform).authenticate(request(platform, PROOFS[platform]), CREDENTIALS)


@EVERYWHERE
@pytest.mark.parametrize("missing", [None, ""])
def test_no_proof_is_unauthenticated(platform: Platform, missing: str | None) -> None:
    with pytest.raises(Unauthenticated):
        channel_of(platform).authenticate(request(platform, missing), CREDENTIALS)


@EVERYWHERE
@pytest.mark.parametrize("garbage", ["x", "sha256=", "ключ", "\udcff\ud800", "\0", "🛋" * 10_000])
def test_a_wrong_proof_is_forbidden_whatever_it_is(platform: Platform, garbage: str) -> None:
    with pytest.raises(Forbidden):
        channel_of(platform).authenticate(request(platform, garbage), CREDENTIALS)


@pytest.mark.parametrize("platform", [Platform.WHATSAPP, Platform.VIBER])
def test_one_changed_byte_breaks_a_signature(platform: Platform) -> None:
    body = BODIES[platform].replace(b'"', b'" ', 1)
    with pytest.raises(Forbidden):
        channel_of(platform).authenticate(request(platform, PROOFS[platform], body), CREDENTIALS)


@EVERYWHERE
def test_a_signature_with_another_letter_case_or_prefix_is_wrong(platform: Platform) -> None:
    with pytest.raises(Forbidden):
        channel_of(platform).authenticate(request(platform, PROOFS[platform].upper()), CREDENTIALS)
    with pytest.raises(Forbidden):
        channel_of(platform).authenticate(request(platform, f"sha1={PROOFS[platform]}"), CREDENTIALS)


@EVERYWHERE
@pytest.mark.parametrize("secrets", [{}, {name: SecretStr("") for name in CREDENTIALS}])
def test_a_bot_without_its_secret_accepts_nothing(platform: Platform, secrets: dict[str, SecretStr]) -> None:
    with pytest.raises(Forbidden):
        channel_of(platform).authenticate(request(platform, PROOFS[platform]), secrets)


def test_whatsapp_gives_the_challenge_back() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}
    assert channel_of(Platform.WHATSAPP).handshake(query, CREDENTIALS) == "1158201444"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.mode": "subscribe", "hub.challenge": "1"},
        {"hub.mode": "subscribe", "hub.verify_token": "ключ", "hub.challenge": "1"},
        {"hub.mode": "unsubscribe", "hub.verify_token": "verify-me", "hub.challenge": "1"},
    ],
)
def test_a_wrong_handshake_is_forbidden(query: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        channel_of(Platform.WHATSAPP).handshake(query, CREDENTIALS)


@pytest.mark.parametrize("platform", [Platform.TELEGRAM, Platform.VIBER])
def test_other_platforms_have_no_handshake(platform: Platform) -> None:
    with pytest.raises(Forbidden):
        channel_of(platform).handshake({"hub.mode": "subscribe"}, CREDENTIALS)
