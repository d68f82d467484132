"""From a product to what the index stores of it: the document (weighted lexemes), the words and the colours.

A lexeme in the index is ``<company key>:<lexeme>``. What stands only in the description bears a ``~`` (it matches,
but weakly); ``=red`` is a colour, ``@sofas`` a category. The query is built of the same forms (``query.py``).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.catalog.analyser import lexemes_of_text, vocabulary_words
from shared.catalog.colours import Colour, colour_name, colours_of_text
from shared.catalog.schemas import CategoryInput, LocalizedText, ProductInput
from shared.catalog.tokens import sku_key
from shared.kernel.languages import Language

__all__ = [
    "IndexEntry",
    "category_lexeme",
    "colour_lexeme",
    "company_key",
    "index_product",
    "quote_lexeme",
    "weak_lexeme",
]

_COLOUR_ATTRIBUTES = frozenset({"colour", "color", "цвет", "түс", "түсі"})


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What is stored for one product. ``document`` is a tsvector literal."""

    document: str
    words: frozenset[str]
    colours: tuple[Colour, ...]


def company_key(company_id: UUID) -> str:
    """Five characters that begin each lexeme of a company; two companies with one key only cost time."""
    digest = hashlib.blake2s(company_id.bytes, digest_size=4).digest()
    return base64.b32encode(digest).decode("ascii")[:5].lower()


def colour_lexeme(colour: Colour) -> str:
    """The lexeme of products in this colour."""
    return f"={colour.value}"


def category_lexeme(code: str) -> str:
    """The lexeme of products of this category."""
    return f"@{code}"


def weak_lexeme(lexeme: str) -> str:
    """The form of a lexeme that only the description has."""
    return f"~{lexeme}"


def quote_lexeme(key: str, lexeme: str) -> str:
    """A lexeme of one company, quoted for a tsvector or tsquery literal."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{key}:{escaped}'"


def _attribute_texts(product: ProductInput) -> list[str]:
    texts: list[str] = []
    for value in product.attributes.values():
        texts.extend(value.all() if isinstance(value, LocalizedText) else [value])
    return texts


def _colours(product: ProductInput) -> tuple[Colour, ...]:
    if product.colours:
        return product.colours
    found: dict[Colour, None] = {}
    for name, value in product.attributes.items():
        if name.lower() in _COLOUR_ATTRIBUTES:
            for text in value.all() if isinstance(value, LocalizedText) else [value]:
                found.update(dict.fromkeys(colours_of_text(text)))
    return tuple(found)


def _lexemes(texts: Iterable[str]) -> dict[str, None]:
    return {lexeme: None for text in texts for lexeme in lexemes_of_text(text)}


def index_product(product: ProductInput, category: CategoryInput, key: str) -> IndexEntry:
    """Analyse a product. An inactive one has an empty entry (beside its colours) and is found by nobody."""
    colours = _colours(product)
    if not product.active:
        return IndexEntry(document="", words=frozenset(), colours=colours)
    names = product.name.all()
    properties = [
        *category.name.all(),
        *category.synonyms,
        *_attribute_texts(product),
        *(colour_name(colour, language) for colour in colours for language in Language),
    ]
    descriptions = product.description.all() if product.description else []
    weights: dict[str, str] = {}
    for lexeme in _lexemes([*names, product.sku]) | {sku_key(product.sku): None}:
        weights[lexeme] = "A"
    for lexeme in _lexemes(properties):
        weights.setdefault(lexeme, "B")
    for lexeme in _lexemes(descriptions):
        if lexeme not in weights:
            weights[weak_lexeme(lexeme)] = "C"
    weights[category_lexeme(product.category)] = "B"
    weights.update((colour_lexeme(colour), "B") for colour in colours)
    document = " ".join(f"{quote_lexeme(key, lexeme)}:1{weight}" for lexeme, weight in weights.items() if lexeme)
    words = {word for text in (*names, *properties, *descriptions) for word in vocabulary_words(text)}
    return IndexEntry(document=document, words=frozenset(words), colours=colours)
