"""Several models before several colours of one: the order in which a window of results is shown.

Ranking puts five colours of one sofa side by side, since they differ in nothing that was asked. A shopper who
asks for «диван» wants to see five sofas; whoever names the model, or its colour, still gets it first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from shared.catalog.analyser import lexemes_of_text, terms_of
from shared.catalog.colours import colour_of_word, is_shade
from shared.catalog.models import Product
from shared.catalog.query import Group
from shared.catalog.schemas import Availability

__all__ = ["varied", "window_of"]

_WINDOW = 50
_NAMES_KEPT = 20_000
"""The names shown last are taken apart once: a popular search shows the same ones to everybody."""


def window_of(offset: int, limit: int) -> tuple[int, int]:
    """Where the window of the page at ``offset`` begins, and its size: pages of one size never straddle two."""
    size = max(_WINDOW // limit, 1) * limit
    return offset // size * size, size


def varied(products: Sequence[Product], groups: Sequence[Group]) -> list[Product]:
    """The same products, the colours of one model taking turns with those of the others.

    What is available stays before what is not, a name that has the words before one that has not, and the best
    match's category before others; within that, the first colour of each model in the order of ``products``, then
    the second of each.
    """
    turns: Counter[tuple[str, str, bool]] = Counter()
    keys = []
    for place, product in enumerate(products):
        sold_out = product.availability == Availability.OUT_OF_STOCK
        model = (product.category, _model(product), sold_out)
        foreign = product.category != products[0].category
        keys.append((sold_out, _unnamed(product, groups), foreign, turns[model], place))
        turns[model] += 1
    return [products[key[-1]] for key in sorted(keys)]


def _model(product: Product) -> str:
    return _without_colour(next(iter(product.name.values()), ""))


@lru_cache(maxsize=_NAMES_KEPT)
def _without_colour(name: str) -> str:
    return " ".join(term.text for term in terms_of(name) if not (colour_of_word(term.text) or is_shade(term.text)))


def _unnamed(product: Product, groups: Sequence[Group]) -> int:
    """How many of the words asked for are not in the product's name."""
    in_names = [_lexemes_of_name(name) for name in product.name.values()]
    return sum(
        group.colour is None and all(lexemes.isdisjoint(group.term.lexemes) for lexemes in in_names)
        for group in groups
    )


@lru_cache(maxsize=_NAMES_KEPT)
def _lexemes_of_name(name: str) -> frozenset[str]:
    return frozenset(lexemes_of_text(name))
