"""The one text analyser: it makes the lexemes of the index and of the query alike.

A word is not asked which language it is in; its letters decide which rules may apply, and it keeps every stem that
they give. Two words match when they share a stem: «диваны» (Russian), «дивандарды» (Kazakh) and «диван» do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from shared.catalog.kazakh import fold_kazakh, has_kazakh_letters, stem_kazakh, stem_shared_cyrillic
from shared.catalog.stopwords import STOP_WORDS
from shared.catalog.tokens import Token, normalise, tokenise

__all__ = ["Term", "lexemes_of_text", "lexemes_of_word", "term_of_word", "terms_of", "vocabulary_words"]

_RUSSIAN = snowballstemmer.stemmer("russian")
_ENGLISH = snowballstemmer.stemmer("english")
_LATIN_WORD = re.compile(r"[a-zà-ÿ]+")
_CYRILLIC_WORD = re.compile(r"[а-яәғқңөұүһі]+")
# Forms with a vowel that the others lack: «кресел» is «кресл-а», «ковер» is «ковр-ы».
_FLEETING_VOWEL = re.compile(r"(.{2,}[бвгджзклмнпрстфхцчшщ])[ое]([клнрц])")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query: it matches by any of ``lexemes``; a compound also by all of ``parts`` (each by any)."""

    text: str
    lexemes: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...] = ()


@lru_cache(maxsize=100_000)
def lexemes_of_word(word: str) -> tuple[str, ...]:
    """The stems of one normalised word, the most telling first; at least one."""
    if _LATIN_WORD.fullmatch(word):
        return (_ENGLISH.stemWord(word),)
    if not _CYRILLIC_WORD.fullmatch(word):
        return (word,)
    if has_kazakh_letters(word):
        stem = stem_kazakh(word)
        borrowed = () if has_kazakh_letters(stem) else (_RUSSIAN.stemWord(stem),)
        return tuple(dict.fromkeys((fold_kazakh(stem), *borrowed)))
    shared = stem_shared_cyrillic(word)
    return tuple(dict.fromkeys((_RUSSIAN.stemWord(word), shared, _RUSSIAN.stemWord(shared), *_shorter_stems(word))))


def _shorter_stems(word: str) -> tuple[str, ...]:
    """Stems that the Russian rules miss: «кровать» beside «кровати», «кресел» beside «кресло»."""
    if word.endswith("ь"):
        return (word[:-1],)
    fleeting = _FLEETING_VOWEL.fullmatch(word)
    return (fleeting[1] + fleeting[2],) if fleeting else ()


def lexemes_of_text(text: str) -> list[str]:
    """The lexemes of ``text`` for the index, without repetition, in order of first appearance."""
    found: dict[str, None] = {}
    for token in tokenise(text):
        for word in (token.text, *token.parts):
            if word not in STOP_WORDS:
                found.update(dict.fromkeys(lexemes_of_word(word)))
    return list(found)


def vocabulary_words(text: str) -> set[str]:
    """The words of ``text`` that a mistyped word may be corrected to: letters only, at least three."""
    words: set[str] = set()
    for token in tokenise(text):
        candidates = token.parts or (token.text,)
        words.update(word for word in candidates if len(word) > 2 and word.isalpha() and word not in STOP_WORDS)
    return words


def terms_of(text: str, *, limit: int = 8) -> list[Term]:
    """The first ``limit`` telling words of a query, without repetition."""
    terms: dict[str, Term] = {}
    for token in tokenise(text):
        if token.text in STOP_WORDS or fold_kazakh(token.text) in STOP_WORDS or token.text in terms:
            continue
        terms[token.text] = _term(token)
        if len(terms) == limit:
            break
    return list(terms.values())


def term_of_word(word: str) -> Term:
    """The term of one word of the vocabulary."""
    return _term(Token(normalise(word)))


def _term(token: Token) -> Term:
    parts = tuple(lexemes_of_word(part) for part in token.parts if part not in STOP_WORDS)
    return Term(token.text, lexemes_of_word(token.text), parts)
