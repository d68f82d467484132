"""Issue 7, number 3: every row of the three error tables, told at once and told later, comes to the same outcome.

At once: the messenger's HTTP answer. Later: it takes the call, and its webhook reports the failure. Between the two
lies all that the product has: the client, the lane, parsing, the intake, Postgres. A row that is added without an
outcome here fails ``test_every_row_is_tested``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.simulator.faults import Fault, FaultKind
from shared.channels.contract import DeliveryUpdate, Platform
from shared.channels.error_table import Refuse, Row, Told
from shared.channels.telegram import errors as telegram
from shared.channels.viber import errors as viber
from shared.channels.whatsapp import errors as whatsapp
from tests.channels.recorded import BOT, channel_of, events_of, every_recording
from tests.doubles.echo import ECHO
from tests.integration.conversation import Shop, Stage
from tests.integration.dialogs.cards import card, greeted, let_time_pass, notify, pictures, shown

TG, WA, VB = Platform.TELEGRAM, Platform.WHATSAPP, Platform.VIBER
_METHODS = {TG: "sendPhoto", WA: "messages", VB: "send_message"}
_ROWS: dict[Platform, Sequence[Row]] = {TG: telegram.ROWS, WA: whatsapp.ROWS, VB: (*viber.ROWS, viber.FAILED)}


@dataclass(frozen=True)
class Outcome:
    """What became of a card with a picture and a button. ``recorded``: for an administrator, with the code."""

    shows: str | None = None
    """The form that reached the person in the end."""
    recorded: bool = False
    blocked: bool = False
    misconfigured: str | None = None
    bot_rests: bool = False


PICTURE = {TG: "photo", WA: "interactive", VB: "photo"}
AS_TEXT = {TG: "text", WA: "interactive", VB: "text"}
TEMPLATE = Outcome(shows="template")
UNREACHABLE = Outcome(blocked=True)
GIVEN_UP = Outcome(recorded=True)


def picture_later(platform: Platform, *, bot_rests: bool = False) -> Outcome:
    return Outcome(shows=PICTURE[platform], bot_rests=bot_rests)


def mended(platform: Platform, reason: str) -> Outcome:
    """Once somebody has mended it, and the bot has rested."""
    return Outcome(shows=PICTURE[platform], misconfigured=reason, bot_rests=True)


def as_text(platform: Platform) -> Outcome:
    return Outcome(shows=AS_TEXT[platform])


def sample(row: Row) -> list[int]:
    """The codes to try: a row has one rule for all, so its ends do."""
    return sorted({min(row.codes), max(row.codes)})


WHATSAPP: dict[int, Outcome] = {
    0: mended(WA, "the access token is invalid or expired"),
    3: mended(WA, "a permission is missing"),
    368: mended(WA, "the account is locked or restricted"),
    131042: mended(WA, "the account has a payment problem"),
    4: picture_later(WA),
    131056: picture_later(WA),
    131048: picture_later(WA, bot_rests=True),
    1: picture_later(WA),
    131047: TEMPLATE,
    131026: UNREACHABLE,
    131052: as_text(WA),
    131062: as_text(WA),
    131049: GIVEN_UP,
    131050: GIVEN_UP,
    130472: GIVEN_UP,
    131021: GIVEN_UP,
    100: GIVEN_UP,
    132000: GIVEN_UP,
}
"""By the smallest code of the row."""
VIBER: dict[int, Outcome] = {
    2: mended(VB, "the token is invalid"),
    7: mended(VB, "the account is blocked"),
    8: mended(VB, "the account is not found"),
    9: mended(VB, "the account is suspended"),
    10: mended(VB, "the webhook is not set"),
    15: mended(VB, "the account is not authorised"),
    5: UNREACHABLE,
    6: UNREACHABLE,
    11: UNREACHABLE,
    1: as_text(VB),
    3: as_text(VB),
    13: as_text(VB),
    14: as_text(VB),
    4: GIVEN_UP,
    16: GIVEN_UP,
    17: GIVEN_UP,
    18: GIVEN_UP,
    19: GIVEN_UP,
    20: GIVEN_UP,
    12: picture_later(VB),
}
VIBER_FAILED = as_text(VB)
TELEGRAM: dict[str, tuple[Outcome, Sequence[tuple[int, str]]]] = {
    "the token or the webhook is wrong": (
        mended(TG, "the token or the webhook is wrong"),
        [(401, "Unauthorized"), (404, "Not Found"), (409, "Conflict: terminated by other setWebhook")],
    ),
    "the chat does not take messages": (
        UNREACHABLE,
        [
            (403, "Forbidden: bot was blocked by the user"),
            *((400, f"Bad Request: {phrase}") for phrase in telegram.ROWS[2].phrases),
        ],
    ),
    "the file could not be fetched": (
        as_text(TG),
        [(400, f"Bad Request: {phrase.title()}") for phrase in telegram.ROWS[3].phrases],
    ),
    "the markup could not be parsed": (
        as_text(TG),
        [(400, f"Bad Request: {phrase}: unclosed tag") for phrase in telegram.ROWS[4].phrases],
    ),
    "the call is wrong": (GIVEN_UP, [(400, "Bad Request: message text is empty"), (413, "Too Large")]),
}
"""By the reason of the row."""


def smallest(row: Row) -> int:
    return min(row.codes)


@pytest.fixture
async def picture() -> AsyncIterator[str]:
    async with pictures() as url:
        yield url


class Trial:
    """One shop in which the same card fails in many ways."""

    def __init__(self, stage: Stage, shop: Shop, picture: str) -> None:
        self.stage = stage
        self.shop = shop
        self._picture = picture
        self._count = 0

    async def outcome(self, platform: Platform, kind: FaultKind, code: int, description: str = "no") -> Outcome:
        """What becomes of the card where its first try fails so."""
        stage, shop = self.stage, self.shop
        self._count += 1
        await stage.sql(shop, "UPDATE bots SET misconfigured = NULL, send_after = NULL")
        shopper = await greeted(stage, shop, platform, f"Покупатель {self._count}")
        stage.simulator.faults.add(
            Fault(
                kind,
                platform=platform.value,
                method=_METHODS[platform],
                count=1,
                code=code,
                description=description,
            )
        )
        dialog_id = await notify(stage, shop, card(self._picture), template="order_status")
        assert not stage.simulator.faults.list(), "the card was never sent"
        [row] = await stage.sql(
            shop,
            "SELECT d.blocked, b.misconfigured,"
            " coalesce(b.send_after > now() + interval '1 minute', false) AS rests"
            " FROM dialogs d JOIN bots b ON b.id = d.bot_id WHERE d.id = :id",
            id=dialog_id,
        )
        await let_time_pass(stage, shop)
        codes = await self._codes(dialog_id)
        assert codes in ([], [str(code)], ["failed"]), codes
        shows = shown(shopper)[1:]
        assert len(shows) <= 1, "shown twice"
        return Outcome(
            shows=shows[0] if shows else None,
            recorded=bool(codes),
            blocked=row["blocked"],
            misconfigured=row["misconfigured"],
            bot_rests=row["rests"],
        )

    async def _codes(self, dialog_id: int) -> list[str]:
        found = await self.stage.sql(self.shop, "SELECT code FROM failures WHERE dialog_id = :id", id=dialog_id)
        return [row["code"] for row in found]


@pytest.fixture
async def trial(stage: Stage, picture: str) -> Trial:
    return Trial(stage, await stage.open_shop(mode=ECHO, window_template="we_answered"), picture)


def told_in(row: Row, platform: Platform) -> list[FaultKind]:
    """The forms in which a row can be told; a Viber code comes at once, Viber's ``failed`` later."""
    forms = {Told.AT_ONCE: FaultKind.REFUSE, Told.LATER: FaultKind.FAIL_LATER}
    found = [kind for told, kind in forms.items() if told in row.told]
    assert channel_of(platform).tells_late_failures or found == [FaultKind.REFUSE]
    return found


# ---- the tables -------------------------------------------------------------------------------------------


def test_every_row_is_tested() -> None:
    assert {smallest(row) for row in whatsapp.ROWS} == set(WHATSAPP)
    assert {smallest(row) for row in viber.ROWS} == set(VIBER)
    assert {row.rule.reason for row in telegram.ROWS if isinstance(row.rule, Refuse)} == set(TELEGRAM)
    assert len(telegram.ROWS) == len([row for row in telegram.ROWS if isinstance(row.rule, Refuse)])
    assert all(row.told is Told.EITHER for row in whatsapp.ROWS)
    assert all(row.told is Told.AT_ONCE for row in (*viber.ROWS, *telegram.ROWS))
    assert viber.FAILED.told is Told.LATER


@pytest.mark.parametrize("row", whatsapp.ROWS, ids=lambda row: str(smallest(row)))
async def test_a_row_of_whatsapp_s_table_has_one_outcome(trial: Trial, row: Row) -> None:
    for code in sample(row):
        for kind in told_in(row, WA):
            assert await trial.outcome(WA, kind, code) == WHATSAPP[smallest(row)], (code, kind)


@pytest.mark.parametrize("row", viber.ROWS, ids=lambda row: str(smallest(row)))
async def test_a_row_of_viber_s_table_has_its_outcome(trial: Trial, row: Row) -> None:
    for code in sample(row):
        for kind in told_in(row, VB):
            assert await trial.outcome(VB, kind, code) == VIBER[smallest(row)], (code, kind)


@pytest.mark.parametrize("desc", ["keyboard is not valid", "", "unknown message type"])
async def test_viber_s_failed_takes_the_other_form_as_a_refusal_does(trial: Trial, desc: str) -> None:
    """Guard: ``failed`` has no code, only a text for people, so there is nothing in it to tell cases apart by."""
    assert told_in(viber.FAILED, VB) == [FaultKind.FAIL_LATER]
    assert await trial.outcome(VB, FaultKind.FAIL_LATER, 0, desc) == VIBER_FAILED
    assert await trial.outcome(VB, FaultKind.REFUSE, 13) == VIBER_FAILED


@pytest.mark.parametrize("reason", TELEGRAM)
async def test_a_row_of_telegram_s_table_has_its_outcome(trial: Trial, reason: str) -> None:
    expected, answers = TELEGRAM[reason]
    for code, description in answers:
        assert await trial.outcome(TG, FaultKind.REFUSE, code, description) == expected, description


@pytest.mark.parametrize("platform", list(Platform))
def test_only_who_tells_later_is_believed_to(platform: Platform) -> None:
    """Guard: Telegram has no delivery statuses; a late row there, or none elsewhere, would be wrong."""
    tells = any(Told.LATER in row.told for row in _ROWS[platform])
    statuses = [
        event
        for owner, name in every_recording()
        if owner is platform
        for event in events_of(platform, name)
        if isinstance(event, DeliveryUpdate)
    ]

    assert channel_of(platform).tells_late_failures is tells is bool(statuses)


@pytest.mark.parametrize("platform", [WA, VB])
async def test_a_code_that_nobody_knows_is_given_up_or_tried_again(trial: Trial, platform: Platform) -> None:
    expected = {WA: GIVEN_UP, VB: picture_later(VB)}[platform]

    assert await trial.outcome(platform, FaultKind.REFUSE, 999999) == expected
    if platform is WA:
        assert await trial.outcome(platform, FaultKind.FAIL_LATER, 999999) == expected


# ---- what stands in a status ------------------------------------------------------------------------------


def failed(errors: Any) -> str | None:
    """The code that a status with these ``errors`` is judged by."""
    status = {"id": "wamid.1", "status": "failed", "timestamp": "1767225700", "errors": errors}
    body = {"entry": [{"changes": [{"field": "messages", "value": {"statuses": [status]}}]}]}
    [event] = channel_of(WA).parse(body, bot=BOT)
    assert isinstance(event, DeliveryUpdate)
    return event.error_code


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([{"code": 131053}], "131053"),
        ([{"code": "131053"}], "131053"),
        ([{"code": 131053.0}], "131053"),
        ([{"title": "Media upload error"}, {"code": 131053}], "131053"),
        ([{"code": 131000}, {"code": 131053}], "131053"),
        ([{"code": 131053}, {"code": 131000}], "131053"),
        ([{"code": 777777}, {"code": 131056}], "131056"),
        ([{"code": 777777}, {"code": 888888}], "777777"),
        ([{"code": None}, "131053", 5], None),
        ([{"code": "Media"}], None),
        ([], None),
        (None, None),
        ({"code": 131053}, None),
    ],
    ids=str,
)
def test_the_error_that_decides_is_the_one_that_says_most(errors: Any, code: str | None) -> None:
    assert failed(errors) == code
