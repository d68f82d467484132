"""Downloads from hosts that mean no good: nothing of our own network is reached, nothing fills the memory."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from shared.kernel.errors import TooLarge
from shared.runtime.downloads import Download, DownloadRefused, Downloads
from shared.runtime.http import ConnectFailed, NoAnswer
from shared.runtime.url_guard import ForbiddenAddress, UrlRule, is_public
from tests.doubles.file_server import FileServer, drips, file_server, gives, moves, never_ends, promises
from tests.host import PATIENCE

LIMIT = 100_000
HOSTS = UrlRule(hosts=("media.example.com", ".cdn.example.com"))


class Names(AbstractResolver):
    """Says that every name is at these addresses, in turn."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        found = ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
        return [found]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
async def files() -> AsyncIterator[FileServer]:
    async with file_server() as server:
        yield server


@pytest.fixture
async def downloads() -> AsyncIterator[Downloads]:
    opened = Downloads(timeout=PATIENCE)
    yield opened
    await opened.aclose()


def trusting(files: FileServer) -> UrlRule:
    return UrlRule(below=(files.url,))


async def test_a_file_comes_with_what_its_server_calls_it(files: FileServer, downloads: Downloads) -> None:
    files.script(gives(b"picture", "Content-Type: image/jpeg; q=1"))

    found = await downloads.fetch(f"{files.url}/a%2Fb?sig=x%3D", rule=trusting(files), limit=LIMIT)

    assert found == Download(b"picture", "image/jpeg")
    assert files.asked[0].startswith("GET /a%2Fb?sig=x%3D "), "a signed address is called as it stands"


@pytest.mark.parametrize(
    ("conduct", "error"),
    [
        (promises(1 << 30), TooLarge),
        (promises(50_000), NoAnswer),
        (never_ends, TooLarge),
        (gives(b"x" * (LIMIT + 1)), TooLarge),
        (gives(b"\x1f\x8b bomb", "Content-Encoding: gzip"), DownloadRefused),
        (gives(b"gone", status="404 Not Found"), DownloadRefused),
    ],
    ids=["promises-a-gigabyte", "cut-short", "never-ends", "over-the-limit", "compressed", "gone"],
)
async def test_a_host_that_means_no_good_is_left(
    conduct: object, error: type[Exception], files: FileServer, downloads: Downloads
) -> None:
    files.script(conduct)  # type: ignore[arg-type]  # pytest's parameters have no type

    with pytest.raises(error):
        await downloads.fetch(f"{files.url}/file", rule=trusting(files), limit=LIMIT)


async def test_a_host_that_gives_a_byte_now_and_then_is_left(files: FileServer) -> None:
    files.script(drips)
    hurried = Downloads(timeout=0.5)
    try:
        with pytest.raises(NoAnswer):
            await hurried.fetch(f"{files.url}/file", rule=trusting(files), limit=LIMIT)
    finally:
        await hurried.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "http://media.example.com/file",
        "https://media.example.com:8443/file",
        "https://user:secret@media.example.com/file",
        "https://media.example.com.evil.example/file",
        "https://cdn.example.com/file",
        "https://evil.example/?https://media.example.com/",
        "https://127.0.0.1/file",
        "https://[::1]/file",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://media.example.com/file",
        "//media.example.com/file",
        "https://media.example.com\\@127.0.0.1/",
        "",
        "https://[",
    ],
)
async def test_an_address_beside_the_rule_is_not_called(url: str, downloads: Downloads) -> None:
    with pytest.raises(ForbiddenAddress):
        await downloads.fetch(url, rule=HOSTS, limit=LIMIT)


@pytest.mark.parametrize("path", ["/../admin", "/media/../../admin", "/media/%2e%2e/%2e%2e/admin", "/other"])
def test_trust_in_an_address_ends_at_its_folder(path: str) -> None:
    rule = UrlRule(below=("http://127.0.0.1:7080/media",))

    assert rule.check("http://127.0.0.1:7080/media/file")[1]
    with pytest.raises(ForbiddenAddress):
        rule.check(f"http://127.0.0.1:7080{path}")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "100.64.0.1", "0.0.0.0"])
async def test_an_allowed_name_that_means_our_own_network_is_not_connected(address: str) -> None:
    downloads = Downloads(timeout=2.0, resolver=Names(address))
    try:
        with pytest.raises(ForbiddenAddress):
            await downloads.fetch("https://media.example.com/file", rule=HOSTS, limit=LIMIT)
    finally:
        await downloads.aclose()


async def test_a_name_that_changes_its_meaning_is_judged_by_the_address_that_is_connected() -> None:
    downloads = Downloads(timeout=0.5, resolver=Names("93.184.215.14", "127.0.0.1"))
    try:
        with pytest.raises((ConnectFailed, NoAnswer)):
            await downloads.fetch("https://a.cdn.example.com/file", rule=HOSTS, limit=LIMIT)
        with pytest.raises(ForbiddenAddress):
            await downloads.fetch("https://a.cdn.example.com/file", rule=HOSTS, limit=LIMIT)
    finally:
        await downloads.aclose()


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/", "https://evil.example/", "file:///etc/passwd", "http://["]
)
async def test_a_redirect_is_judged_like_the_address(place: str, files: FileServer, downloads: Downloads) -> None:
    files.script(moves(place))

    with pytest.raises(ForbiddenAddress):
        await downloads.fetch(f"{files.url}/file", rule=trusting(files), limit=LIMIT)


async def test_redirects_end(files: FileServer, downloads: Downloads) -> None:
    files.script(*[moves("/again")] * 20)

    with pytest.raises(ForbiddenAddress):
        await downloads.fetch(f"{files.url}/file", rule=trusting(files), limit=LIMIT)
    assert len(files.asked) == 4


async def test_a_redirect_takes_our_proof_to_no_other_host(files: FileServer, downloads: Downloads) -> None:
    async with file_server() as other:
        files.script(moves("/near"), moves(f"{other.url}/far"))
        other.script(gives(b"picture"))
        rule = UrlRule(below=(files.url, other.url))
        headers = {"Authorization": "Bearer secret"}

        assert (await downloads.fetch(f"{files.url}/file", rule=rule, limit=LIMIT, headers=headers)).content

        assert all("Bearer secret" in asked for asked in files.asked)
        assert "secret" not in other.asked[0]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("224.0.0.1", False),
        ("192.0.2.1", False),
        ("nonsense", False),
    ],
)
def test_what_counts_as_public(address: str, public: bool) -> None:
    assert is_public(address) is public
