"""A shopper speaks: on every messenger, with and without somebody who listens."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from infra.local.simulator.wire import UploadedFile
from shared.channels.contract import Platform
from tests.doubles.openai_server import OpenAIServer, Step, answers_bytes, calls, fails, hears, says
from tests.integration.conversation import Stage, open_stage

WISH = "хочу красный диван до 150000"


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer([fails(500)]) as server:
        yield server


@pytest.fixture
async def listening(settings_env: dict[str, str], model: OpenAIServer) -> AsyncIterator[Stage]:
    async with open_stage(settings_env, openai_base_url=model.base_url, openai_api_key="test") as opened:
        yield opened


async def test_what_is_said_is_shown_and_answered_as_if_typed(
    listening: Stage, model: OpenAIServer, platform: Platform
) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop, platform)
    model.voice = [hears(WISH)]

    await aigul.records()

    await aigul.hears(f"Вы сказали: «{WISH}»", "Диван «Алма»", "140 000")
    (sound,) = model.sounds
    assert (sound.name, sound.mime_type) == ("voice.ogg", "audio/ogg")
    assert sound.content.startswith(b"OggS")
    assert sound.fields == {"model": "whisper-1", "language": "ru", "response_format": "json"}


async def test_the_model_answers_what_was_said(listening: Stage, model: OpenAIServer) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop)
    model.voice = [hears(WISH)]
    model.play([calls(("search_products", {"query": "диван", "colour": "red"})), says("Вот что есть.")])

    await aigul.records()

    await aigul.hears("Вы сказали", "Вот что есть.", "Диван «Алма»")
    assert WISH in str(model.requests[0].json["messages"])


async def test_a_minute_of_sound_costs_what_the_settings_say(listening: Stage, model: OpenAIServer) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop)
    model.voice = [hears(WISH), hears("дешевле", seconds=30)]

    await aigul.records()
    await aigul.hears("Вы сказали")
    await aigul.records()
    await aigul.hears("Вы сказали: «дешевле»")

    (row,) = await listening.sql(
        shop, "SELECT sum(cost_micros) AS micros FROM model_usage WHERE model = 'whisper-1'"
    )
    # two seconds by the file's own clock, half a minute by the service's word, 0.006 dollars a minute
    assert row["micros"] == 200 + 3000


async def test_the_first_words_tell_the_language(listening: Stage, model: OpenAIServer) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop)
    model.voice = [hears("маған қызыл диван керек еді")]

    await aigul.records()

    await aigul.hears("Сіз айттыңыз")


async def test_several_notes_are_one_wish(listening: Stage, model: OpenAIServer) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop)
    model.voice = [hears("хочу диван"), hears("красный")]

    await aigul.records()
    await aigul.records()

    await aigul.hears("Вы сказали: «хочу диван»", "Вы сказали: «красный»", "Диван «Алма»")


@pytest.mark.parametrize(
    "step",
    [
        fails(500),
        fails(404, code="model_not_found"),
        answers_bytes(b"<html>"),
        hears("  "),
        hears("Продолжение следует..."),
        answers_bytes(b'{"text": 5}'),
    ],
    ids=["down", "no-such-model", "not-json", "silence", "dreamt-in-silence", "wrong-type"],
)
async def test_what_is_not_understood_is_asked_for_in_writing(
    listening: Stage, model: OpenAIServer, step: Step
) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop)
    model.voice = [step]

    await aigul.records()

    await aigul.hears("Не получилось разобрать голосовое сообщение")


@pytest.mark.parametrize(
    "content",
    [b"#!AMR\n" + b"\0" * 500, b"\xff\xf1" + b"\0" * 500, b"MZ" + b"\0" * 500, b"OggS"],
    ids=["amr", "aac", "program", "stub"],
)
async def test_sound_that_the_service_does_not_take_is_not_sent(
    listening: Stage, model: OpenAIServer, content: bytes
) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop)

    await aigul.records(UploadedFile("voice.ogg", "audio/ogg", content))

    await aigul.hears("Не получилось разобрать голосовое сообщение")
    assert model.sounds == []


async def test_a_deaf_service_keeps_nobody_from_typing(listening: Stage, model: OpenAIServer) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop)
    model.voice = [fails(404, code="model_not_found")]
    model.play([says("Здравствуйте! Что ищем?")])

    await aigul.records()
    await aigul.hears("Не получилось")
    await aigul.says("добрый день, подскажите")

    await aigul.hears("Здравствуйте! Что ищем?")


async def test_without_a_model_a_shopper_is_politely_asked_to_type(stage: Stage, platform: Platform) -> None:
    shop = await stage.open_shop()
    aigul = stage.shopper(shop, platform)

    await aigul.records()

    await aigul.hears("Голосовые сообщения я пока не понимаю.")


async def test_words_beside_a_voice_note_are_answered_all_the_same(listening: Stage, model: OpenAIServer) -> None:
    shop = await listening.open_shop()
    aigul = listening.shopper(shop)
    model.voice = [fails(500)]

    await aigul.records()
    await aigul.says(WISH)

    await aigul.hears("Не получилось разобрать", "Диван «Алма»")
