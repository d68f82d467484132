"""Mail leaves over verified TLS alone, and a server that fails is told in our own words."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.kernel.clock import utc_now
from shared.kernel.errors import Unavailable
from shared.runtime.mail import Mailer
from shared.runtime.settings import Settings
from tests.doubles.mail_server import MailServer, open_mail_server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of ``localhost`` with its key, in one file."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = utc_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


@asynccontextmanager
async def starttls_server(certificate: Path) -> AsyncIterator[MailServer]:
    kept = MailServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(kept, tls_context=context, require_starttls=True, enable_SMTPUTF8=True, loop=loop),
        "localhost",
        0,
    )
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
        await server.wait_closed()


def mailer(settings: Settings, port: int, *, tls: ssl.SSLContext | None = None, **changes: object) -> Mailer:
    told = {"smtp_host": "localhost", "smtp_port": port, "mail_from": "no-reply@zeta.example", **changes}
    return Mailer(settings.model_copy(update=told), tls=tls)


async def test_a_mail_goes_out_over_tls_that_is_trusted(settings: Settings, certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with starttls_server(certificate) as server:
        await mailer(settings, server.port, tls=trusting).send("әлия@uyut.kz", "Тема", "Текст")

    assert server.mails[0]["Subject"] == "Тема"
    assert server.text().strip() == "Текст"


async def test_a_server_that_nobody_vouches_for_is_given_nothing(settings: Settings, certificate: Path) -> None:
    async with starttls_server(certificate) as server:
        with pytest.raises(Unavailable):
            await mailer(settings, server.port).send("a@uyut.kz", "s", "t")

    assert server.mails == []


async def test_a_server_without_tls_is_given_nothing(settings: Settings) -> None:
    async with open_mail_server() as server:
        with pytest.raises(Unavailable):
            await mailer(settings, server.port, smtp_host="127.0.0.1").send("a@uyut.kz", "s", "t")

    assert server.mails == []


async def test_a_server_that_refuses_or_is_away_is_unavailable(settings: Settings) -> None:
    async with open_mail_server() as server:
        server.refuses = True
        open_mailer = mailer(settings, server.port, smtp_host="127.0.0.1", smtp_security="none")
        with pytest.raises(Unavailable, match="smtp"):
            await open_mailer.send("a@uyut.kz", "s", "t")
    with pytest.raises(Unavailable, match="smtp"):
        await open_mailer.send("a@uyut.kz", "s", "t")


async def test_no_line_of_an_address_or_subject_becomes_a_header(settings: Settings) -> None:
    async with open_mail_server() as server:
        sender = mailer(settings, server.port, smtp_host="127.0.0.1", smtp_security="none")
        for to, subject in (("a@uyut.kz\r\nBcc: b@uyut.kz", "s"), ("a@uyut.kz", "s\r\nBcc: b@uyut.kz")):
            with pytest.raises((Unavailable, ValueError)):
                await sender.send(to, subject, "t")

    assert server.mails == []
