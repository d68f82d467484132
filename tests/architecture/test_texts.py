"""What end users read stands in catalogues, complete and well formed in every language; code holds none of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from shared.kernel.languages import Language
from tests.architecture.source import CHECKOUT, modules, strings, tree_of

SHARED = CHECKOUT / "shared"
CATALOGUES = sorted(SHARED.glob("**/locales"))
_CYRILLIC = re.compile(r"[А-Яа-яЁёәғқңөұүһіӘҒҚҢӨҰҮҺІ]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

VOCABULARIES = {
    "api/openapi/examples.py": "what an administrator may send, in the document",
    "assistant/model/order_claims.py": "claims about orders in what the model wrote",
    "assistant/skills/alerts/phrases.py": "words that shoppers use",
    "assistant/model/grounding.py": "prices and promises in what the model wrote",
    "assistant/model/prompt.py": "what the model is told, never the shopper",
    "assistant/offline/colours.py": "words that shoppers use",
    "assistant/offline/numerals.py": "words that shoppers use",
    "assistant/offline/ordinals.py": "words that shoppers use",
    "assistant/offline/prices.py": "words that shoppers use",
    "assistant/offline/phrasing.py": "courtesies around a wish",
    "assistant/offline/understanding.py": "words that shoppers use",
    "assistant/offline/quantities.py": "words that shoppers use",
    "assistant/skills/advice/phrases.py": "words that shoppers use",
    "assistant/skills/availability/phrases.py": "words that shoppers use",
    "assistant/skills/cart/phrases.py": "words that shoppers use",
    "assistant/skills/checkout/form.py": "words that shoppers use",
    "assistant/skills/checkout/phrases.py": "words that shoppers use",
    "assistant/skills/checkout/steps.py": "words that shoppers use",
    "assistant/skills/handover/phrases.py": "words that shoppers use",
    "assistant/skills/orders/phrases.py": "words that shoppers use",
    "assistant/skills/person/phrases.py": "words that shoppers use",
    "assistant/skills/search/asking.py": "words that shoppers use",
    "assistant/skills/search/phrases.py": "words that shoppers use",
    "assistant/skills/talk/phrases.py": "words that shoppers use",
    "catalog/analyser.py": "letters and word forms",
    "catalog/bulk/cells.py": "words and signs in people's spreadsheets",
    "catalog/bulk/columns.py": "headings of people's spreadsheets",
    "catalog/colours.py": "names of colours in products and requests",
    "catalog/indexing.py": "names of the colour property in price lists",
    "catalog/kazakh.py": "suffixes",
    "catalog/mistyping.py": "keyboard layouts and look-alike letters",
    "catalog/models.py": "two letters that are sorted as one",
    "catalog/stopwords.py": "words without meaning for a search",
    "catalog/tokens.py": "units of measure",
    "companies/slugs.py": "letters, for addresses in Latin ones",
    "dialogs/turns/language_wishes.py": "words that ask for a language",
    "kernel/detection.py": "words that tell a language",
    "media/transcription.py": "what a model hears in silence",
    "kernel/money.py": "signs of currencies",
}
"""The modules that must know words in order to understand, compare or write them, and what for."""


def catalogue(folder: Path, language: Language, suffix: str) -> Catalog:
    path = folder / language.value / "LC_MESSAGES" / f"{folder.parent.name}{suffix}"
    with path.open("rb") as file:
        return read_po(file) if suffix == ".po" else read_mo(file)


def texts(found: Catalog) -> dict[str, tuple[str, ...]]:
    """Every message id but the header's, with its text or its plural forms."""
    return {
        _id(message.id): (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        for message in found
        if message.id
    }


def _id(message_id: str | list[str] | tuple[str, ...]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.parent.name)
def test_a_catalogue_says_the_same_in_every_language(folder: Path) -> None:
    told = {language: texts(catalogue(folder, language, ".po")) for language in Language}

    russian = told[Language.RU]
    for language, found in told.items():
        assert found.keys() == russian.keys(), language
        assert all(form.strip() for forms in found.values() for form in forms), language
        for key, forms in found.items():
            named = {frozenset(_PLACEHOLDER.findall(form)) for form in (*forms, *russian[key])}
            assert len(named) == 1, (language, key)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.parent.name)
def test_the_compiled_catalogue_is_that_of_the_source(folder: Path, language: Language) -> None:
    source, compiled = catalogue(folder, language, ".po"), catalogue(folder, language, ".mo")

    assert texts(compiled) == texts(source)
    assert not any(message.fuzzy for message in source)
    plurals = {len(forms) for key, forms in texts(source).items() if source.get(key) and len(forms) > 1}
    assert plurals <= {source.num_plurals}


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.parent.name)
def test_kazakh_and_english_are_translations_and_not_copies(folder: Path) -> None:
    russian = texts(catalogue(folder, Language.RU, ".po"))
    copied = {
        (language, key)
        for language in (Language.KK, Language.EN)
        for key, forms in texts(catalogue(folder, language, ".po")).items()
        if forms == russian[key] and any(character.isalpha() for character in _PLACEHOLDER.sub("", forms[0]))
    }

    assert {(language, key) for language, key in copied if (language.value, key) not in SAME_WORDS} == set()


SAME_WORDS = {("kk", "button.categories"), ("kk", "import.column.currency")}
"""Loan words: «Каталог» and «Валюта» are one word in both languages."""


def _asked_for(capability: Path) -> Iterator[str]:
    """The constant ids that the code of a capability, or of a skill's room, asks its catalogue for."""
    inner = [folder.parent for folder in CATALOGUES if capability in folder.parent.parents]
    for path in sorted(capability.rglob("*.py")):
        if any(room in path.parents for room in inner):
            continue
        for node in ast.walk(tree_of(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            owner, first = node.func.value, node.args[0]
            asks = node.func.attr in {"get", "count"} and isinstance(owner, ast.Name) and owner.id == "TEXTS"
            if asks and isinstance(first, ast.Constant):
                yield str(first.value)


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.parent.name)
def test_every_text_that_code_asks_for_is_there(folder: Path) -> None:
    known = texts(catalogue(folder, Language.RU, ".po"))

    assert set(_asked_for(folder.parent)) <= known.keys()


def test_code_holds_no_words_for_end_users() -> None:
    with_words = {
        str(path.relative_to(SHARED))
        for path in modules("shared", "functions", "function_app.py")
        for node in strings(tree_of(path))
        if _CYRILLIC.search(str(node.value))
    }

    assert with_words == VOCABULARIES.keys()


def test_no_message_is_written_out_in_code() -> None:
    """Nothing with letters is given to a text, a title or a caption as it stands."""
    written = []
    for path in modules("shared"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call):
                callee = ast.unparse(node.func)
                words = [*node.args] if callee == "RichText.of" else []
                words += [word.value for word in node.keywords if word.arg in {"text", "title", "caption"}]
                constants = [str(word.value) for word in words if isinstance(word, ast.Constant)]
                if any(letter.isalpha() for letter in "".join(constants)):
                    written.append(f"{path.name}:{node.lineno}")

    assert written == []
