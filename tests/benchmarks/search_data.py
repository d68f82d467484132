"""Products for the search benchmark, written by COPY with the lexemes that the app's own analyser makes.

Every word is analysed once; a product's document is put together of its words' lexemes, as ``index_product`` would.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import psycopg

from shared.catalog.analyser import lexemes_of_text, lexemes_of_word, vocabulary_words
from shared.catalog.indexing import category_lexeme, category_word, company_key, quote_lexeme, weak_lexeme
from shared.kernel.ids import new_id

__all__ = ["CATEGORIES", "COLOURS", "fill", "fill_companies", "series_name"]

CATEGORIES = [
    ("sofas", "диван", "дивандар"),
    ("armchairs", "кресло", "креслолар"),
    ("tables", "стол", "үстелдер"),
    ("chairs", "стул", "орындықтар"),
    ("beds", "кровать", "төсектер"),
    ("wardrobes", "шкаф", "шкафтар"),
    ("dressers", "комод", "комодтар"),
    ("shelves", "стеллаж", "стеллаждар"),
    ("mattresses", "матрас", "матрастар"),
    ("rugs", "ковёр", "кілемдер"),
]


@dataclass(frozen=True)
class PaintedIn:
    """A colour and its words in the product's languages."""

    code: str
    words: tuple[str, ...]


COLOURS = [
    PaintedIn("red", ("красный", "қызыл", "red")),
    PaintedIn("blue", ("синий", "көк", "blue")),
    PaintedIn("grey", ("серый", "сұр", "grey")),
    PaintedIn("white", ("белый", "ақ", "white")),
    PaintedIn("black", ("чёрный", "қара", "black")),
    PaintedIn("green", ("зелёный", "жасыл", "green")),
    PaintedIn("beige", ("бежевый", "бежевый", "beige")),
    PaintedIn("brown", ("коричневый", "қоңыр", "brown")),
]
_MATERIALS = [
    "велюр",
    "рогожка",
    "букле",
    "экокожа",
    "кожа",
    "дуб",
    "берёза",
    "сосна",
    "металл",
    "стекло",
    "пластик",
    "хлопок",
    "шерсть",
    "латекс",
]
_FILLER = [
    "гостиная",
    "спальня",
    "кухня",
    "прихожая",
    "детская",
    "кабинет",
    "балкон",
    "дача",
    "офис",
    "кафе",
    "мягкий",
    "прочный",
    "лёгкий",
    "удобный",
    "широкий",
    "узкий",
    "высокий",
    "низкий",
    "складной",
    "раздвижной",
    "угловой",
    "прямой",
    "модульный",
    "съёмный",
    "чехол",
    "ящик",
    "ножки",
    "спинка",
    "подлокотник",
    "каркас",
    "сборка",
    "гарантия",
    "уход",
    "ткань",
    "фурнитура",
    "механизм",
    "дизайн",
    "классика",
    "модерн",
    "лофт",
    "стиль",
    "уют",
    "семья",
    "гости",
    "подушка",
    "ворс",
]
_SYLLABLES = [
    "ба",
    "бе",
    "во",
    "га",
    "да",
    "же",
    "за",
    "ка",
    "ла",
    "ли",
    "ма",
    "мо",
    "на",
    "но",
    "ра",
    "ро",
    "са",
    "се",
    "та",
    "те",
    "фа",
    "хо",
    "ша",
    "эл",
    "юн",
    "яр",
    "ор",
    "ун",
    "ис",
    "ол",
]
_SERIES_SIZE = 40
_COLUMNS = (
    "company_id, id, price_minor, currency, category, sku, sku_key, availability, colours, name, description,"
    " attributes, words, document"
)


def series_name(dice: random.Random, products: int) -> str:
    """The name of a random series of a catalogue of that size; a series has some forty products."""
    return _series(dice.randrange(max(1, products // _SERIES_SIZE)))


def _series(number: int) -> str:
    syllables: list[str] = []
    for _ in range(4):
        number, index = divmod(number, len(_SYLLABLES))
        syllables.append(_SYLLABLES[index])
    return "".join(syllables)


@cache
def _weighted(text: str) -> tuple[str, ...]:
    return tuple(lexemes_of_text(text))


def _document(
    key: str,
    name: str,
    properties: str,
    description: str,
    *,
    category: str,
    kinds: tuple[str, str],
    sku: str,
    colour: str,
) -> str:
    weights: dict[str, str] = {lexeme: "A" for word in name.split() for lexeme in _weighted(word)}
    weights[sku] = "A"
    for word in properties.split():
        for lexeme in _weighted(word):
            weights.setdefault(lexeme, "B")
    for word in description.split():
        for lexeme in _weighted(word):
            if lexeme not in weights:
                weights[weak_lexeme(lexeme)] = "C"
    weights[category_lexeme(category)] = "B"
    weights.update((category_word(lexeme), "A") for word in kinds for lexeme in _weighted(word))
    weights[f"={colour}"] = "B"
    return " ".join(f"{quote_lexeme(key, lexeme)}:1{weight}" for lexeme, weight in weights.items())


def _rows(company: UUID, products: int, words: Counter[str]) -> Iterator[tuple[object, ...]]:
    dice = random.Random(company.int)
    key = company_key(company)
    numbers = list(range(products))
    dice.shuffle(numbers)
    for number in numbers:
        code, russian, kazakh = dice.choice(CATEGORIES)
        colour = dice.choice(COLOURS)
        series = series_name(dice, products)
        name = f"{russian} {series} {colour.words[0]}"
        kazakh_name = f"{kazakh} {series} {colour.words[1]}"
        material = dice.choice(_MATERIALS)
        description = f"доставка {' '.join(dice.sample(_FILLER, 14))}"
        sku = f"P-{number:07d}"
        properties = f"{russian} {kazakh} {material} {' '.join(colour.words)}"
        own_words = sorted(
            {w for part in (name, kazakh_name, properties, description) for w in vocabulary_words(part)}
        )
        words.update(own_words)
        yield (
            company,
            new_id(),
            int(dice.lognormvariate(11.5, 0.8)) * 100,
            "KZT",
            code,
            sku,
            f"p{number:07d}",
            "in_stock" if dice.random() < 0.85 else "out_of_stock",
            [colour.code],
            json.dumps({"ru": name, "kk": kazakh_name}),
            json.dumps({"ru": description}),
            json.dumps({"material": {"ru": material}}),
            own_words,
            _document(
                key,
                f"{name} {kazakh_name}",
                properties,
                description,
                category=code,
                kinds=(russian, kazakh),
                sku=f"p{number:07d}",
                colour=colour.code,
            ),
        )


def fill(connection: psycopg.Connection, *, products: int, companies: int) -> list[UUID]:
    """Empty the catalogue and fill it anew; indexes are built after the rows. Returns the companies' ids."""
    ids = [new_id() for _ in range(companies)]
    connection.execute("TRUNCATE companies CASCADE")
    for company in ids:
        connection.execute(
            "INSERT INTO companies (id, slug, name, language, currency, timezone)"
            " VALUES (%s, %s, 'Benchmark', 'ru', 'KZT', 'Asia/Almaty')",
            (company, f"b{company.hex}"),
        )
    fill_companies(connection, ids, products // companies)
    return ids


def fill_companies(connection: psycopg.Connection, companies: Sequence[UUID], products: int) -> None:
    """Give companies that have none so many products each."""
    (definition,) = connection.execute("SELECT pg_get_indexdef('ix_products_document'::regclass)").fetchone() or (
        "",
    )
    connection.execute("DROP INDEX ix_products_document")
    for company in companies:
        _fill_company(connection, company, products)
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute(definition.encode())
    connection.execute("VACUUM ANALYZE products")
    connection.execute("VACUUM ANALYZE catalog_words")


def _fill_company(connection: psycopg.Connection, company: UUID, products: int) -> None:
    words: Counter[str] = Counter()
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO product_categories (company_id, code, name) VALUES (%s, %s, %s)",
            [(company, code, json.dumps({"ru": russian, "kk": kazakh})) for code, russian, kazakh in CATEGORIES],
        )
        with cursor.copy(f"COPY products ({_COLUMNS}) FROM STDIN") as copy:
            for row in _rows(company, products, words):
                copy.write_row(row)
        with cursor.copy("COPY catalog_words (company_id, word, lexemes, frequency) FROM STDIN") as copy:
            for word, frequency in words.items():
                copy.write_row((company, word, list(lexemes_of_word(word)), frequency))
        cursor.execute("INSERT INTO catalog_state (company_id, vocabulary_version) VALUES (%s, 1)", (company,))
