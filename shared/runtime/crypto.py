"""Credentials at rest: AES-256-GCM under a ring of keys, each value bound to the row it belongs to.

A sealed value is ``version (1 byte) | length of key id (1) | key id | nonce (12) | ciphertext and tag``. What
stands before the nonce is authenticated together with the owner (``bound_to``), so a value that was changed, or
copied into another row, does not open. Nonces are random: NIST SP 800-38D allows 2^32 of them per key, far more
credentials than one installation ever seals.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from shared.kernel.errors import Misconfigured

__all__ = ["KeyRing", "generate_key", "read_keys"]

_SETTING = "CREDENTIAL_KEYS"
_VERSION = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def generate_key(key_id: str) -> str:
    """A new random key as one entry of the setting: ``id:base64(32 bytes)``.

    Raises:
        Misconfigured: the id is not 1 to 32 letters, digits, ``-`` or ``_``.
    """
    _check_key_id(key_id)
    return f"{key_id}:{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"


class KeyRing:
    """The keys by id, in the setting's order: the first one seals, any of them opens."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise Misconfigured(_SETTING, "no key; make one with `zeta keys generate`")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._sealing_id = next(iter(keys))

    @classmethod
    def from_setting(cls, setting: SecretStr | str) -> KeyRing:
        """Read ``id:base64(32 bytes)`` entries, comma-separated.

        Raises:
            Misconfigured: no entry, a malformed one, or one id twice. The message never shows a key.
        """
        return cls(read_keys(setting))

    def encrypt(self, plaintext: bytes, *, bound_to: bytes) -> bytes:
        """Seal ``plaintext`` for the owner ``bound_to`` with the first key."""
        key_id = self._sealing_id.encode()
        header = bytes((_VERSION, len(key_id))) + key_id
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + self._ciphers[self._sealing_id].encrypt(nonce, plaintext, header + bound_to)

    def decrypt(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """Open a value that ``encrypt`` sealed for the same owner, with whichever key of the ring sealed it.

        Raises:
            Misconfigured: its key is not in the ring, or it was damaged or belongs to another owner.
        """
        key_id, start = _read_header(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Misconfigured(_SETTING, f"the key {key_id} that sealed a credential is missing")
        nonce, ciphertext = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, ciphertext, sealed[:start] + bound_to)
        except (InvalidTag, ValueError) as error:
            raise Misconfigured(_SETTING, "a credential is damaged or was sealed for another owner") from error

    def needs_rotation(self, sealed: bytes) -> bool:
        """Whether the value was sealed with another key than the one that seals now.

        Raises:
            Misconfigured: it is not a sealed value.
        """
        return _read_header(sealed)[0] != self._sealing_id


def read_keys(setting: SecretStr | str, *, name: str = _SETTING) -> dict[str, bytes]:
    """The keys of a ring by id, in the setting's order; ``name`` is the setting's, for errors.

    Raises:
        Misconfigured: a malformed entry, or one id twice. The message never shows a key.
    """
    value = setting.get_secret_value() if isinstance(setting, SecretStr) else setting
    keys: dict[str, bytes] = {}
    for place, entry in enumerate((part.strip() for part in value.split(",") if part.strip()), start=1):
        key_id, _, encoded = entry.partition(":")
        _check_key_id(key_id, place=place, name=name)
        if key_id in keys:
            raise Misconfigured(name, f"the key id {key_id} stands there twice")
        keys[key_id] = _key_bytes(encoded, place=place, name=name)
    return keys


def _read_header(sealed: bytes) -> tuple[str, int]:
    """The key's id, and where the nonce begins."""
    start = 2 + sealed[1] if len(sealed) > 2 and sealed[0] == _VERSION else 0
    key_id = sealed[2:start].decode("ascii", errors="replace")
    if len(sealed) < start + _NONCE_BYTES or not _KEY_ID.fullmatch(key_id):
        raise Misconfigured(_SETTING, "a stored credential is not a sealed value")
    return key_id, start


def _check_key_id(key_id: str, *, place: int = 1, name: str = _SETTING) -> None:
    if not _KEY_ID.fullmatch(key_id):
        raise Misconfigured(name, f"entry {place}: the key id must be 1 to 32 letters, digits, '-' or '_'")


def _key_bytes(encoded: str, *, place: int, name: str = _SETTING) -> bytes:
    try:
        key = base64.b64decode(encoded.translate({ord("-"): "+", ord("_"): "/"}), validate=True)
    except (binascii.Error, ValueError):
        # not chained: the cause's text could show a part of the key
        raise Misconfigured(name, f"entry {place}: the key is not base64") from None
    if len(key) != _KEY_BYTES:
        raise Misconfigured(name, f"entry {place}: the key has {len(key)} bytes instead of {_KEY_BYTES}")
    return key
