"""Sealed credentials open for their owner, with a key of the ring, unharmed; and for nobody else."""

from __future__ import annotations

import base64

import pytest

from shared.kernel.errors import Misconfigured
from shared.runtime.crypto import KeyRing, generate_key

OWNER, STRANGER = b"company-1bot-1", b"company-1bot-2"
OLD, NEW = generate_key("2025"), generate_key("2026")


def test_what_was_sealed_opens_for_its_owner() -> None:
    ring = KeyRing.from_setting(OLD)
    assert ring.decrypt(ring.encrypt(b"token", bound_to=OWNER), bound_to=OWNER) == b"token"


def test_the_sealed_value_hides_the_text_and_never_repeats() -> None:
    ring = KeyRing.from_setting(OLD)
    first, second = ring.encrypt(b"token", bound_to=OWNER), ring.encrypt(b"token", bound_to=OWNER)
    assert b"token" not in first
    assert first != second


def test_a_value_copied_to_another_row_does_not_open() -> None:
    ring = KeyRing.from_setting(OLD)
    sealed = ring.encrypt(b"token", bound_to=OWNER)
    with pytest.raises(Misconfigured, match="another owner"):
        ring.decrypt(sealed, bound_to=STRANGER)


def test_no_changed_byte_goes_unnoticed() -> None:
    ring = KeyRing.from_setting(OLD)
    sealed = ring.encrypt(b"token", bound_to=OWNER)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Misconfigured):
            ring.decrypt(bytes(changed), bound_to=OWNER)


@pytest.mark.parametrize("length", range(0, 60, 7))
def test_a_shortened_value_is_refused(length: int) -> None:
    ring = KeyRing.from_setting(OLD)
    sealed = ring.encrypt(b"a token that is long enough to be cut anywhere", bound_to=OWNER)[:length]
    with pytest.raises(Misconfigured):
        ring.decrypt(sealed, bound_to=OWNER)


def test_rotation_keeps_old_values_readable_and_seals_new_ones_with_the_first_key() -> None:
    sealed_before = KeyRing.from_setting(OLD).encrypt(b"token", bound_to=OWNER)
    ring = KeyRing.from_setting(f"{NEW},{OLD}")

    assert ring.decrypt(sealed_before, bound_to=OWNER) == b"token"
    assert ring.needs_rotation(sealed_before)

    sealed_after = ring.encrypt(b"token", bound_to=OWNER)
    assert not ring.needs_rotation(sealed_after)
    assert KeyRing.from_setting(NEW).decrypt(sealed_after, bound_to=OWNER) == b"token"


def test_a_value_whose_key_was_taken_away_names_the_missing_key() -> None:
    sealed = KeyRing.from_setting(OLD).encrypt(b"token", bound_to=OWNER)
    with pytest.raises(Misconfigured, match="2025"):
        KeyRing.from_setting(NEW).decrypt(sealed, bound_to=OWNER)


def test_the_value_of_a_key_with_the_same_id_but_other_bytes_does_not_open() -> None:
    sealed = KeyRing.from_setting(OLD).encrypt(b"token", bound_to=OWNER)
    with pytest.raises(Misconfigured):
        KeyRing.from_setting(generate_key("2025")).decrypt(sealed, bound_to=OWNER)


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("", "no key"),
        (" , ", "no key"),
        ("onlyanid", "bytes instead of 32"),
        ("a:***", "not base64"),
        (f"a:{base64.b64encode(b'short').decode()}", "5 bytes instead of 32"),
        (f":{base64.b64encode(b'k' * 32).decode()}", "key id"),
        (f"{OLD},{OLD}", "twice"),
    ],
)
def test_a_malformed_setting_is_told_without_showing_a_key(setting: str, complaint: str) -> None:
    with pytest.raises(Misconfigured, match=complaint) as caught:
        KeyRing.from_setting(setting)
    assert caught.value.setting == "CREDENTIAL_KEYS"
    for entry in setting.split(","):
        secret = entry.partition(":")[2]
        assert not secret or secret not in str(caught.value)


def test_url_safe_base64_is_understood_too() -> None:
    key = bytes(range(224, 256))
    usual = KeyRing.from_setting(f"a:{base64.b64encode(key).decode()}")
    url_safe = KeyRing.from_setting(f"a:{base64.urlsafe_b64encode(key).decode()}")
    assert url_safe.decrypt(usual.encrypt(b"token", bound_to=OWNER), bound_to=OWNER) == b"token"
