"""From a shopper's words to tsqueries: which words count, what they were meant to be, and what may be given up.

A query is a conjunction of groups, one per word; a group is satisfied by any stem of its word. Each group is
written twice: strong (name, category, attributes) and weak (the description as well).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from shared.catalog.analyser import Term, terms_of
from shared.catalog.colours import Colour, colour_of_pair, colour_of_word, is_shade
from shared.catalog.indexing import category_lexeme, colour_lexeme, quote_lexeme, weak_lexeme
from shared.catalog.schemas import Correction, Relaxation, SearchQuery
from shared.catalog.vocabulary import Vocabulary

__all__ = ["Attempt", "Reading", "attempts_of", "read_words"]


@dataclass(frozen=True, slots=True)
class Group:
    """What one word (or pair of words) of the query asks for."""

    term: Term
    colour: Colour | None = None

    def strong(self, key: str) -> str:
        """Matches names, categories, attributes."""
        return self._written(key, weak=False)

    def weak(self, key: str) -> str:
        """Matches the description as well."""
        return self._written(key, weak=True)

    def _written(self, key: str, *, weak: bool) -> str:
        choices = _any_of(key, self.term.lexemes, weak=weak)
        if self.colour:
            choices += f"|{quote_lexeme(key, colour_lexeme(self.colour))}"
        if self.term.parts:
            choices += "|(" + "&".join(f"({_any_of(key, part, weak=weak)})" for part in self.term.parts) + ")"
        return f"({choices})"


def _any_of(key: str, lexemes: Sequence[str], *, weak: bool) -> str:
    forms = [*lexemes, *map(weak_lexeme, lexemes)] if weak else lexemes
    return "|".join(quote_lexeme(key, form) for form in forms)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the words of a query were understood."""

    groups: tuple[Group, ...]
    corrections: tuple[Correction, ...] = ()
    ignored: tuple[str, ...] = ()


def read_words(text: str, vocabulary: Vocabulary) -> Reading:
    """Understand ``text``: colours, shades, corrections; words that no product has are left out and named."""
    terms = terms_of(text)
    groups: list[Group] = []
    corrections: list[Correction] = []
    ignored: list[str] = []
    has_colour = any(colour_of_word(term.text) for term in terms)
    position = 0
    while position < len(terms):
        term = terms[position]
        position += 1
        if position < len(terms) and (pair := colour_of_pair(term.text, terms[position].text)):
            groups.append(Group(Term(pair.value, (colour_lexeme(pair),))))
            position += 1
        elif colour := colour_of_word(term.text):
            groups.append(Group(term, colour))
        elif has_colour and is_shade(term.text):
            continue
        elif vocabulary.knows(term):
            groups.append(Group(term))
        elif meant := vocabulary.correct(term):
            groups.append(Group(meant, colour_of_word(meant.text)))
            corrections.append(Correction(typed=term.text, meant=meant.text))
        elif vocabulary.complete:
            ignored.append(term.text)
        else:
            groups.append(Group(term))
    return Reading(tuple(groups), tuple(corrections), tuple(ignored))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One question to the database; ``None`` queries stand for "any product"."""

    strong: str | None
    weak: str | None
    ranking: str | None
    price_min: int | None
    price_max: int | None
    relaxed: tuple[Relaxation, ...] = ()


def _all_but(groups: Sequence[str], missing: int) -> str:
    """Any ``len(groups) - missing`` of the groups."""
    return "(" + "|".join(f"({'&'.join(kept)})" for kept in combinations(groups, len(groups) - missing)) + ")"


def attempts_of(
    query: SearchQuery, reading: Reading, key: str, *, category: str | None, colours: Sequence[Colour]
) -> Iterator[Attempt]:
    """The questions to ask until one has an answer; only the first where nothing may be relaxed.

    First one word of several is given up, then all words but one; then the colour; then the price.
    """
    count = len(reading.groups)
    colour_filter = "(" + "|".join(quote_lexeme(key, colour_lexeme(colour)) for colour in colours) + ")"
    steps: list[tuple[int, bool, bool]] = [(0, True, True)]
    if query.relax:
        has_price = query.price_min is not None or query.price_max is not None
        fewer_words = dict.fromkeys((1, count - 1)) if count > 1 else ()
        steps.extend((missing, True, True) for missing in fewer_words)
        if colours:
            steps.append((0, False, True))
        if has_price:
            steps.append((0, True, False))
    for missing, with_colour, with_price in steps:
        filters = [quote_lexeme(key, category_lexeme(category))] if category else []
        if colours and with_colour:
            filters.append(colour_filter)
        strong = [group.strong(key) for group in reading.groups]
        weak = [group.weak(key) for group in reading.groups]
        relaxed = {
            Relaxation.SOME_WORDS: missing > 0,
            Relaxation.COLOUR: not with_colour,
            Relaxation.PRICE: not with_price,
        }
        yield Attempt(
            strong=_conjunction(strong, missing, filters),
            weak=_conjunction(weak, missing, filters) if count else None,
            ranking="|".join(weak) or None,
            price_min=query.price_min if with_price else None,
            price_max=query.price_max if with_price else None,
            relaxed=tuple(condition for condition, given_up in relaxed.items() if given_up),
        )


def _conjunction(groups: Sequence[str], missing: int, filters: Sequence[str]) -> str | None:
    words = [_all_but(groups, missing)] if missing else list(groups)
    return "&".join([*words, *filters]) or None
