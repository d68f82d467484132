"""Cutting text: never a word, an emoji or a style broken, never a part over the limit, never a word lost."""

from __future__ import annotations

import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.channels.messages import RichText, Span, Style
from shared.channels.text_layout import clip, split_text, utf16_length

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇰🇿"
MARKED = "е̄́"

_pieces = st.sampled_from(
    [FAMILY, FLAG, MARKED, " ", "\n", "\n\n", "диван", "қызыл", "a", "149\u00a0990\u00a0₸", "🛋"]
)
_spans = st.builds(
    Span,
    text=st.lists(_pieces, min_size=1, max_size=12).map("".join),
    style=st.sampled_from(list(Style)),
)
_texts = st.lists(_spans, max_size=8).map(lambda spans: RichText(spans=tuple(spans)))


def split(text: RichText, limit: int) -> tuple[RichText, ...]:
    return split_text(text, lambda part: utf16_length(part.plain) <= limit, longest=limit)


def clusters(text: str) -> list[str]:
    return regex.findall(r"\X", text)


def words(text: str) -> list[str]:
    return regex.split(r"[ \n]+", text.strip(" \n"))


@given(text=_texts, limit=st.integers(min_value=12, max_value=60))
@settings(max_examples=300)
def test_parts_fit_and_hold_all_that_was_said(text: RichText, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < utf16_length(part.plain) <= limit for part in parts)
    assert "".join("".join(part.plain.split()) for part in parts) == "".join(text.plain.split())


@given(text=_texts, limit=st.integers(min_value=12, max_value=60))
@settings(max_examples=300)
def test_no_emoji_and_no_word_that_fits_is_broken(text: RichText, limit: int) -> None:
    parts = split(text, limit)
    seen = [cluster for part in parts for cluster in clusters(part.plain) if not cluster.isspace()]
    assert seen == [cluster for cluster in clusters(text.plain) if not cluster.isspace()]
    if all(utf16_length(word) <= limit for word in words(text.plain)):
        assert [word for part in parts for word in words(part.plain)] == [
            word for word in words(text.plain) if word
        ]


@given(text=_texts, limit=st.integers(min_value=12, max_value=60))
@settings(max_examples=200)
def test_every_character_keeps_its_style(text: RichText, limit: int) -> None:
    def styled(texts: tuple[RichText, ...]) -> list[tuple[str, Style]]:
        spans = (span for part in texts for span in part.spans)
        return [(letter, span.style) for span in spans for letter in span.text if not letter.isspace()]

    assert styled(split(text, limit)) == styled((text,))


def test_a_style_goes_on_in_the_next_part() -> None:
    parts = split(RichText.of("Цена ", Span(text="сто тысяч тенге", style=Style.BOLD)), 12)
    assert [[(span.text, span.style) for span in part.spans] for part in parts] == [
        [("Цена ", Style.PLAIN), ("сто", Style.BOLD)],
        [("тысяч тенге", Style.BOLD)],
    ]


def test_a_price_stays_together() -> None:
    assert [part.plain for part in split(RichText.of("диван за 149\u00a0990\u00a0₸"), 14)] == [
        "диван за",
        "149\u00a0990\u00a0₸",
    ]


def test_a_line_end_is_preferred_where_it_leaves_the_part_at_least_half_full() -> None:
    assert [part.plain for part in split(RichText.of("один два\nтри четыре"), 14)] == ["один два", "три четыре"]


def test_a_word_longer_than_a_part_is_cut_between_emoji() -> None:
    parts = split(RichText.of(FAMILY * 4), 25)
    assert [part.plain for part in parts] == [FAMILY * 2, FAMILY * 2]


def test_a_single_sign_longer_than_a_part_is_cut_all_the_same() -> None:
    parts = split(RichText.of("e" + "\u0301" * 100), 30)
    assert all(utf16_length(part.plain) <= 30 for part in parts)
    assert sum(len(part.plain) for part in parts) == 101


def test_blank_text_has_no_parts() -> None:
    assert split(RichText.of(" \n\t "), 10) == ()
    assert split(RichText(spans=(Span(text=""),)), 10) == ()


@given(title=st.lists(_pieces, max_size=15).map("".join), limit=st.integers(min_value=2, max_value=24))
@settings(max_examples=200)
def test_a_clipped_title_fits_on_one_line_and_breaks_no_emoji(title: str, limit: int) -> None:
    short = clip(title, limit)
    assert utf16_length(short) <= limit
    assert "\n" not in short
    whole = clusters(regex.sub(r"[ \n]+", " ", title).strip())
    kept = clusters(short.removesuffix("…"))
    assert kept == whole[: len(kept)]
