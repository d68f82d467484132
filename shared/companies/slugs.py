"""A company's short name from its full one: «Мебель Уют» becomes ``mebel-uyut``."""

from __future__ import annotations

import re
import secrets
import unicodedata

__all__ = ["slug_of", "with_suffix"]

_LIMIT = 40
_SUFFIX_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without letters and digits that look alike."""
_LATIN = {
    **dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziiklmnoprstufhye", strict=True)),
    **{"ё": "yo", "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ъ": "", "ь": ""},
    **{"ә": "a", "ғ": "g", "қ": "q", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i"},
}


def slug_of(name: str) -> str:
    """Small Latin letters, digits and hyphens; ``company`` where the name has nothing to make them of."""
    latin = "".join(_LATIN.get(letter, letter) for letter in unicodedata.normalize("NFC", name.lower()))
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LIMIT].strip("-") or "company"


def with_suffix(slug: str) -> str:
    """The slug with four random letters behind it, for when it is taken."""
    return f"{slug}-{''.join(secrets.choice(_SUFFIX_LETTERS) for _ in range(4))}"
