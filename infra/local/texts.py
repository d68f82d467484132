"""Compiles and checks the catalogues of texts: ``python -m infra.local.texts compile|check``.

A catalogue is ``shared/**/locales/<language>/LC_MESSAGES/<domain>.po``; its ``.mo`` is committed beside it, so that
the deployed app needs no tool. ``check`` finds stale ``.mo`` files, texts missing in a language, untranslated ones,
and ``{places}`` that differ between languages.
"""

from __future__ import annotations

import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared.kernel.languages import Language

__all__ = ["check", "compile_all", "main"]

_SOURCES = Path(__file__).resolve().parents[2] / "shared"
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_PLURALS = {Language.RU: (3,), Language.KK: (1, 2), Language.EN: (2,)}


def _po_files(root: Path) -> list[Path]:
    return sorted(root.glob("**/locales/*/LC_MESSAGES/*.po"))


def _read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=po.parts[-3], abort_invalid=True)


def _compiled(catalog: Catalog) -> bytes:
    # Babel dates what has no date with the present moment; the same source must give the same bytes
    catalog.creation_date = catalog.revision_date = _NO_DATE
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def compile_all(root: Path = _SOURCES) -> list[Path]:
    """Write the ``.mo`` beside each ``.po``; return those that changed."""
    changed = []
    for po in _po_files(root):
        mo = po.with_suffix(".mo")
        data = _compiled(_read(po))
        if not mo.exists() or mo.read_bytes() != data:
            mo.write_bytes(data)
            changed.append(mo)
    return changed


def check(root: Path = _SOURCES) -> list[str]:
    """Everything that is wrong with the catalogues, one line each; empty when all is well."""
    problems: list[str] = []
    domains: dict[tuple[Path, str], dict[str, Path]] = {}
    for po in _po_files(root):
        domains.setdefault((po.parents[2], po.stem), {})[po.parts[-3]] = po
    for (folder, domain), files in domains.items():
        missing = [language.value for language in Language if language.value not in files]
        problems += [f"{folder.parent.name}/{domain}: no catalogue in {language}" for language in missing]
        catalogues = {language: _read(po) for language, po in files.items()}
        for language, po in files.items():
            mo = po.with_suffix(".mo")
            if not mo.exists() or mo.read_bytes() != _compiled(catalogues[language]):
                problems.append(f"{mo.relative_to(root)}: not compiled from its .po; run texts compile")
        problems += [f"{folder.parent.name}/{domain}: {problem}" for problem in _differences(catalogues)]
    return problems


def _differences(catalogues: dict[str, Catalog]) -> Iterator[str]:
    texts = {language: dict(_texts(catalogue)) for language, catalogue in catalogues.items()}
    for key in sorted({key for found in texts.values() for key in found}):
        places = {}
        for language, found in texts.items():
            forms = found.get(key)
            if not forms or not all(form.strip() for form in forms):
                yield f"{key}: no text in {language}"
                continue
            if len(forms) > 1 and len(forms) not in _PLURALS[Language(language)]:
                yield f"{key}: {len(forms)} plural forms in {language}"
            places[language] = frozenset().union(*map(_places, forms))
        if len(set(places.values())) > 1:
            yield f"{key}: different places in braces: {places}"


def _texts(catalogue: Catalog) -> Iterator[tuple[str, tuple[str, ...]]]:
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            texts = message.string
            yield key, (texts,) if isinstance(texts, str) else tuple(texts or ())


def _places(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def main(arguments: list[str]) -> int:
    """Run a command; return the exit code."""
    match arguments:
        case ["compile"]:
            for path in compile_all():
                print(f"compiled {path.relative_to(_SOURCES.parent)}")
            return 0
        case ["check"]:
            problems = check()
            for problem in problems:
                print(problem)
            return 1 if problems else 0
        case _:
            print("usage: python -m infra.local.texts compile|check")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
