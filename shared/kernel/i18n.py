"""Texts for people, kept in gettext catalogues beside the capability that says them.

A capability has ``locales/{ru,kk,en}/LC_MESSAGES/<domain>.po`` (edited by people) and the compiled ``.mo``
beside it (``./infra/local/zeta texts compile``; a test proves they agree). Message ids are symbolic
(``search.found``), so that no sentence stands in code and English is a translation like any other.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

from shared.kernel.languages import Language

__all__ = ["Texts"]


class _Catalogue(gettext.GNUTranslations):
    """A catalogue that can tell what it holds."""

    _catalog: dict[str | tuple[str, int], str]

    def singular(self) -> list[str]:
        """The keys of the texts without plural forms."""
        return [key for key in self._catalog if isinstance(key, str) and key]


@cache
def _catalogue(folder: Path, domain: str, language: Language) -> _Catalogue:
    return gettext.translation(domain, localedir=folder, languages=[language.value], class_=_Catalogue)


class Texts:
    """The texts of one capability: ``Texts(Path(__file__).parent / "locales", "assistant")``."""

    def __init__(self, folder: Path, domain: str) -> None:
        self._folder = folder
        self._domain = domain

    def get(self, key: str, language: Language, /, **values: object) -> str:
        """The text ``key`` in ``language`` with ``{name}`` places filled.

        Raises:
            KeyError: the catalogue has no such text: a defect that a test of ours must catch.
        """
        found = _catalogue(self._folder, self._domain, language).gettext(key)
        if found == key:
            raise KeyError(f"{self._domain}: no text {key!r} in {language}")
        return found.format(**values) if values else found

    def count(self, key: str, number: int, language: Language, /, **values: object) -> str:
        """The plural form of ``key`` for ``number``, which also fills ``{n}``."""
        found = _catalogue(self._folder, self._domain, language).ngettext(key, key, number)
        if found == key:
            raise KeyError(f"{self._domain}: no text {key!r} in {language}")
        return found.format(n=number, **values)

    def starting(self, start: str, /) -> frozenset[str]:
        """The texts, in every language, whose keys begin so and that have no places to fill."""
        found = (
            self.get(key, language)
            for language in Language
            for key in _catalogue(self._folder, self._domain, language).singular()
            if key.startswith(start)
        )
        return frozenset(text for text in found if "{" not in text)

    def variants(self, key: str, /) -> frozenset[str]:
        """The text ``key`` in every language: to recognise a pressed button whose label came back as text."""
        return frozenset(self.get(key, language) for language in Language)
