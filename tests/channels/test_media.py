"""Files that people send: how each messenger gives them, and what becomes of those that it does not give."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from infra.local.simulator.simulator import Simulator
from infra.local.simulator.wire import UploadedFile
from shared.channels.contract import Channel, InboundMessage, MediaNotFetched, MediaTrouble, Platform
from shared.channels.messages import MediaContent, MediaKind
from shared.channels.registry import build_channels
from shared.channels.settings import ChannelSettings
from shared.runtime.downloads import Download, Downloads
from shared.runtime.http import HttpTransport
from tests.channels.recorded import BOT
from tests.channels.test_send import CREDENTIALS, SECRETS
from tests.doubles.scripted_api import Answer, ScriptedApi
from tests.host import PATIENCE

TG, WA, VB = Platform.TELEGRAM, Platform.WHATSAPP, Platform.VIBER
LIMIT = 8 << 20
EVERYWHERE = pytest.mark.parametrize("platform", list(Platform))


@pytest.fixture
async def downloads() -> AsyncIterator[Downloads]:
    opened = Downloads(timeout=PATIENCE)
    yield opened
    await opened.aclose()


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator.start() as started:
        yield started


@dataclass(frozen=True)
class Net:
    """A scripted platform, and what calls it."""

    api: ScriptedApi
    http: HttpTransport
    downloads: Downloads


@pytest.fixture
def net(api: ScriptedApi, http: HttpTransport, downloads: Downloads) -> Net:
    return Net(api, http, downloads)


def channel(platform: Platform, url: str) -> Channel:
    settings = ChannelSettings(telegram_api_url=url, whatsapp_api_url=url, viber_api_url=url)
    return build_channels(settings).channel_of(platform)


def sent(platform: Platform, api: ScriptedApi, **facts: Any) -> MediaContent:
    """A photo as the platform's webhook names it."""
    where = {"url": f"{api.url}/share/photo.jpg"} if platform is VB else {"file_id": "AgAC123"}
    return MediaContent.model_validate({"media": MediaKind.PHOTO, **where, **facts})


def told(platform: Platform, api: ScriptedApi, **facts: Any) -> list[Answer]:
    """What the platform says of the file before it gives it."""
    match platform:
        case Platform.TELEGRAM:
            result = {"file_id": "AgAC123", "file_path": "photos/file_1.jpg", **facts}
            return [Answer({"ok": True, "result": result})]
        case Platform.WHATSAPP:
            return [Answer({"url": f"{api.url}/media/1?oe=a%3D", "mime_type": "image/jpeg", "id": "1", **facts})]
        case Platform.VIBER:
            return []


async def fetch(
    platform: Platform,
    net: Net,
    content: MediaContent | None = None,
    *,
    limit: int = LIMIT,
) -> Download:
    return await channel(platform, net.api.url).fetch_media(
        content or sent(platform, net.api),
        credentials=CREDENTIALS,
        http=net.http,
        downloads=net.downloads,
        limit=limit,
    )


async def trouble(*asked: Any, **more: Any) -> MediaTrouble:
    with pytest.raises(MediaNotFetched) as caught:
        await fetch(*asked, **more)
    return caught.value.trouble


@EVERYWHERE
@pytest.mark.parametrize("what", ["send_photo", "send_voice", "send_document"])
async def test_what_a_person_sends_can_be_fetched(
    platform: Platform, what: str, simulator: Simulator, net: Net
) -> None:
    messenger: Any = getattr(simulator, platform.value)
    account = {TG: {"token": SECRETS["token"]}, WA: {"access_token": SECRETS["access_token"]}}.get(
        platform, {"auth_token": SECRETS["auth_token"]}
    )
    bot = getattr(messenger, {TG: "add_bot", WA: "add_number", VB: "add_account"}[platform])(
        **account, webhook_url=f"{net.api.url}/webhook"
    )
    net.api.script(Answer({}))
    file = UploadedFile("own.jpg" if what == "send_photo" else "own.ogg", "image/jpeg", b"\xff\xd8 any bytes")
    assert await getattr(messenger.user("Айгерим", bot=bot), what)(file) == 200
    there = channel(platform, f"{simulator.url}/{platform.value}")
    (event,) = there.parse(net.api.asked[0].body, bot=BOT)
    assert isinstance(event, InboundMessage)
    assert isinstance(event.content, MediaContent)

    found = await there.fetch_media(
        event.content, credentials=CREDENTIALS, http=net.http, downloads=net.downloads, limit=LIMIT
    )

    assert found.content == file.data


@pytest.mark.parametrize(
    ("platform", "paths"),
    [
        (TG, [f"/bot{SECRETS['token']}/getFile", f"/file/bot{SECRETS['token']}/photos/file_1.jpg"]),
        (WA, ["/v25.0/AgAC123", "/media/1?oe=a%3D"]),
        (VB, ["/share/photo.jpg"]),
    ],
)
async def test_a_file_is_asked_for_in_the_platforms_way(platform: Platform, paths: list[str], net: Net) -> None:
    net.api.script(*told(platform, net.api), Answer(b"picture", headers={"content-type": "image/jpeg"}))

    found = await fetch(platform, net)

    assert found == Download(b"picture", "image/jpeg")
    assert [asked.path for asked in net.api.asked] == paths
    bearer = f"Bearer {SECRETS['access_token']}"
    assert all((asked.headers.get("authorization") == bearer) is (platform is WA) for asked in net.api.asked)


@EVERYWHERE
async def test_a_file_over_the_limit_is_not_read(platform: Platform, net: Net) -> None:
    net.api.script(*told(platform, net.api), Answer(b"x" * 101))
    assert await trouble(platform, net, limit=100) is MediaTrouble.TOO_LARGE

    net.api.script()
    large = sent(platform, net.api, size=101)
    assert await trouble(platform, net, large, limit=100) is MediaTrouble.TOO_LARGE
    assert net.api.asked == [], "the webhook told the size already"


@pytest.mark.parametrize("platform", [TG, WA])
async def test_a_size_that_the_platform_tells_is_believed(platform: Platform, net: Net) -> None:
    net.api.script(*told(platform, net.api, file_size=101))

    assert await trouble(platform, net, limit=100) is MediaTrouble.TOO_LARGE
    assert len(net.api.asked) == 1


@EVERYWHERE
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(b"gone", status=404), MediaTrouble.GONE),
        (Answer(b"busy", status=503), MediaTrouble.NO_ANSWER),
        (Answer(drop=True), MediaTrouble.NO_ANSWER),
        (Answer(status=302, headers={"location": "http://169.254.169.254/"}), MediaTrouble.FORBIDDEN_ADDRESS),
    ],
    ids=["expired", "busy", "broken", "redirected-inside"],
)
async def test_a_file_that_does_not_come_is_told_apart(
    platform: Platform,
    answer: Answer,
    expected: MediaTrouble,
    net: Net,
) -> None:
    net.api.script(*told(platform, net.api), answer)

    assert await trouble(platform, net) is expected


@EVERYWHERE
async def test_a_file_that_comes_too_slowly_is_not_waited_for(platform: Platform, net: Net) -> None:
    net.api.script(*told(platform, net.api), Answer(b"late", delay=30))
    hurried = Downloads(timeout=0.3)
    try:
        assert await trouble(platform, replace(net, downloads=hurried)) is MediaTrouble.NO_ANSWER
    finally:
        await hurried.aclose()


@pytest.mark.parametrize(
    ("platform", "answer", "expected"),
    [
        (TG, Answer({"ok": False, "error_code": 401}, status=401), MediaTrouble.MISCONFIGURED),
        (
            TG,
            Answer({"ok": False, "error_code": 400, "description": "file is too big"}, status=400),
            MediaTrouble.GONE,
        ),
        (TG, Answer({"ok": True, "result": {"file_path": "../../etc/passwd"}}), MediaTrouble.GONE),
        (TG, Answer({"ok": True, "result": {}}), MediaTrouble.GONE),
        (WA, Answer({"error": {"code": 190}}, status=401), MediaTrouble.MISCONFIGURED),
        (WA, Answer({"error": {"code": 100}}, status=400), MediaTrouble.GONE),
        (WA, Answer({"url": "https://evil.example/a.jpg"}), MediaTrouble.FORBIDDEN_ADDRESS),
        (WA, Answer({}), MediaTrouble.FORBIDDEN_ADDRESS),
        (WA, Answer(b"<html>"), MediaTrouble.FORBIDDEN_ADDRESS),
    ],
)
async def test_a_platform_that_does_not_name_the_file_is_understood(
    platform: Platform,
    answer: Answer,
    expected: MediaTrouble,
    net: Net,
) -> None:
    net.api.script(answer)

    assert await trouble(platform, net) is expected
    assert len(net.api.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/photo.jpg",
        "https://localhost/photo.jpg",
        "https://dl-media.viber.com.evil.example/photo.jpg",
        "file:///etc/passwd",
    ],
)
async def test_a_viber_message_leads_to_vibers_hosts_alone(url: str, net: Net) -> None:
    content = MediaContent(media=MediaKind.PHOTO, url=url)

    assert await trouble(VB, net, content) is MediaTrouble.FORBIDDEN_ADDRESS


@EVERYWHERE
async def test_no_secret_gets_into_errors_or_logs(
    platform: Platform,
    net: Net,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (Answer(b"gone", status=404), Answer(drop=True)):
        net.api.script(*told(platform, net.api), answer)
        with pytest.raises(MediaNotFetched) as caught:
            await fetch(platform, net)
        chain: BaseException | None = caught.value
        while chain is not None:
            assert not any(secret in str(chain) for secret in SECRETS.values())
            chain = chain.__cause__

    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("shared"))
    assert not any(secret in ours for secret in SECRETS.values())
