"""The words that a company's products are described with, and the correction of mistyped words against them."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

from shared.catalog.analyser import Term, lexemes_of_word, term_of_word
from shared.catalog.kazakh import fold_kazakh
from shared.catalog.mistyping import variants_of

__all__ = ["Vocabulary", "VocabularyCache", "VocabularyWord", "vocabulary_word"]

_MAX_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class VocabularyWord:
    """A word, its stems, and the number of active products that have it."""

    word: str
    lexemes: tuple[str, ...]
    frequency: int


def _tolerance(length: int) -> int:
    """How many slips of the finger a word of ``length`` letters may have."""
    if length < 4:
        return 0
    return 1 if length < 6 else 2


class Vocabulary:
    """The words of one company, ready for look-up. Read-only after it is built.

    Args:
        words: what the database gave, the most frequent first.
        complete: false where the catalogue has more words than were loaded; an unknown word may exist all the same.
    """

    def __init__(self, words: Iterable[VocabularyWord], *, complete: bool = True) -> None:
        self.complete = complete
        self._frequency: dict[str, int] = {}
        self._original: dict[str, str] = {}
        self._lexemes: set[str] = set()
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for entry in words:
            self._lexemes.update(entry.lexemes)
            folded = fold_kazakh(entry.word)
            if folded not in self._frequency:
                self._original[folded] = entry.word
                self._by_length[len(folded)].append(folded)
            self._frequency[folded] = self._frequency.get(folded, 0) + entry.frequency

    def __len__(self) -> int:
        return len(self._frequency)

    def knows(self, term: Term) -> bool:
        """Whether some product has the word in any of its forms; numbers always count as known."""
        if any(letter.isdigit() for letter in term.text):
            return True
        if not self._lexemes.isdisjoint(term.lexemes):
            return True
        return bool(term.parts) and all(not self._lexemes.isdisjoint(part) for part in term.parts)

    def correct(self, term: Term) -> Term | None:
        """The known word that an unknown one was most likely meant to be, or ``None``.

        The other keyboard layout and the other alphabet come before slips of the finger: they explain every letter.
        """
        variants = variants_of(term.text)
        for variant in variants:
            read = term_of_word(variant)
            if self.knows(read):
                return read
        for word in (term.text, *reversed(variants)):
            if nearest := self._nearest(fold_kazakh(word)):
                return term_of_word(nearest)
        return None

    def _nearest(self, word: str) -> str | None:
        tolerance = _tolerance(len(word))
        if not tolerance:
            return None
        best: tuple[int, bool, int, str] | None = None
        for length in range(len(word) - tolerance, len(word) + tolerance + 1):
            close = process.extract(
                word,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=tolerance,
                limit=_MAX_CANDIDATES,
            )
            for candidate, distance, _ in close:
                order = (int(distance), candidate[:1] != word[:1], -self._frequency[candidate], candidate)
                best = min(best, order) if best else order
        return self._original[best[3]] if best else None


class VocabularyCache:
    """Keeps the vocabularies of the companies served last; a changed version replaces the old one.

    Args:
        max_words: the bound on words over all companies (a word costs some 300 bytes).
    """

    def __init__(self, max_words: int = 300_000) -> None:
        self._max_words = max_words
        self._kept: OrderedDict[UUID, tuple[int, Vocabulary]] = OrderedDict()

    def get(self, company_id: UUID, version: int) -> Vocabulary | None:
        """The vocabulary of exactly this version, if it is here."""
        kept = self._kept.get(company_id)
        if kept is None or kept[0] != version:
            return None
        self._kept.move_to_end(company_id)
        return kept[1]

    def put(self, company_id: UUID, version: int, vocabulary: Vocabulary) -> None:
        """Keep a vocabulary; those not used for longest give way."""
        self._kept[company_id] = (version, vocabulary)
        self._kept.move_to_end(company_id)
        while len(self._kept) > 1 and sum(len(kept) for _, kept in self._kept.values()) > self._max_words:
            self._kept.popitem(last=False)


def vocabulary_word(word: str, frequency: int) -> VocabularyWord:
    """A word as the database stores it, with its stems."""
    return VocabularyWord(word, lexemes_of_word(word), frequency)
