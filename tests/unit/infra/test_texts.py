"""The catalogues of texts: complete in all languages, compiled, and the tool that says so is to be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local import texts
from shared.kernel.i18n import Texts
from shared.kernel.languages import Language

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: {}\\n"\n\n'
PLURALS = {"ru": "nplurals=3; plural=0;", "kk": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}


def write(root: Path, language: str, body: str) -> None:
    folder = root / "greetings" / "locales" / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "greetings.po").write_text(HEADER.format(PLURALS[language]) + body)


@pytest.fixture
def catalogues(tmp_path: Path) -> Path:
    for language in Language:
        write(tmp_path, language.value, 'msgid "hello"\nmsgstr "Hello, {name}"\n')
    texts.compile_all(tmp_path)
    return tmp_path


def test_every_catalogue_of_the_app_is_complete_and_compiled() -> None:
    assert texts.check() == []


def test_good_catalogues_have_no_problem(catalogues: Path) -> None:
    assert texts.check(catalogues) == []


def test_a_text_changed_after_compiling_is_told(catalogues: Path) -> None:
    write(catalogues, "en", 'msgid "hello"\nmsgstr "Hi, {name}"\n')
    assert [problem for problem in texts.check(catalogues) if "not compiled" in problem]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('msgid "bye"\nmsgstr "Bye"\n', "hello: no text in kk"),
        ('msgid "hello"\nmsgstr ""\n', "hello: no text in kk"),
        ('msgid "hello"\nmsgstr "Hello, {nam}"\n', "different places"),
    ],
)
def test_what_differs_between_languages_is_told(catalogues: Path, body: str, problem: str) -> None:
    write(catalogues, "kk", body)
    assert any(problem in found for found in texts.check(catalogues))


def test_a_missing_language_is_told(catalogues: Path) -> None:
    (catalogues / "greetings/locales/kk/LC_MESSAGES/greetings.po").unlink()
    assert "greetings/greetings: no catalogue in kk" in texts.check(catalogues)


def test_compiling_twice_changes_nothing(catalogues: Path) -> None:
    assert texts.compile_all(catalogues) == []


@pytest.mark.parametrize(
    ("number", "language", "text"),
    [
        (1, Language.RU, "Вот 1 подходящий вариант:"),
        (2, Language.RU, "Вот 2 подходящих варианта:"),
        (5, Language.RU, "Вот 5 подходящих вариантов:"),
        (11, Language.RU, "Вот 11 подходящих вариантов:"),
        (21, Language.RU, "Вот 21 подходящий вариант:"),
        (1, Language.KK, "Сізге лайық 1 нұсқа таптым:"),
        (5, Language.KK, "Сізге лайық 5 нұсқа таптым:"),
        (1, Language.EN, "Here is 1 option that fits:"),
        (5, Language.EN, "Here are 5 options that fit:"),
    ],
)
def test_plural_forms_are_right(number: int, language: Language, text: str) -> None:
    folder = Path(texts.__file__).parents[2] / "shared" / "assistant" / "locales"
    assert Texts(folder, "assistant").count("found", number, language) == text
