"""How the app reaches its queues: with a connection string, or with no secret at all by its identity."""

from __future__ import annotations

import pytest

from shared.kernel.errors import Misconfigured
from shared.runtime.queues import TURNS, Queues
from shared.runtime.settings import Settings
from shared.runtime.storage import ByConnectionString, ByIdentity, blob_account, queue_account

STRING = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:29998/a;"
URL = "https://zeta.queue.core.windows.net"


def settings(**changes: str) -> Settings:
    needed = {
        "database_url": "postgresql://a",
        "system_database_url": "postgresql://b",
        "credential_keys": "k:a2V5",
    }
    return Settings.model_validate({**needed, **changes})


def test_a_connection_string_is_taken_as_it_stands_and_wins() -> None:
    found = queue_account(settings(AzureWebJobsStorage=STRING, AzureWebJobsStorage__queueServiceUri=URL))

    assert found == ByConnectionString(STRING)


def test_the_emulator_s_short_form_is_spelled_out() -> None:
    found = queue_account(settings(AzureWebJobsStorage="UseDevelopmentStorage=true"))

    assert isinstance(found, ByConnectionString)
    assert "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1" in found.connection_string


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"AzureWebJobsStorage__queueServiceUri": f"{URL}/"}, ByIdentity(URL, None)),
        ({"AzureWebJobsStorage__accountName": "zeta"}, ByIdentity(URL, None)),
        (
            {"AzureWebJobsStorage__accountName": "zeta", "AzureWebJobsStorage__clientId": "c-1"},
            ByIdentity(URL, "c-1"),
        ),
    ],
)
def test_without_a_connection_string_the_identity_opens_the_account(
    given: dict[str, str], expected: ByIdentity
) -> None:
    assert queue_account(settings(**given)) == expected


def test_files_are_in_the_blob_service_of_the_same_account() -> None:
    files = "https://zeta.blob.core.windows.net"
    assert blob_account(settings(AzureWebJobsStorage__accountName="zeta")) == ByIdentity(files, None)
    named = settings(AzureWebJobsStorage__blobServiceUri=f"{files}/", AzureWebJobsStorage__queueServiceUri=URL)
    assert (blob_account(named), queue_account(named)) == (ByIdentity(files, None), ByIdentity(URL, None))
    emulator = blob_account(settings(AzureWebJobsStorage="UseDevelopmentStorage=true"))
    assert isinstance(emulator, ByConnectionString)
    assert "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1" in emulator.connection_string


def test_without_any_account_the_worker_refuses_to_start_and_says_what_to_set() -> None:
    with pytest.raises(Misconfigured, match="AzureWebJobsStorage"):
        Queues(settings())


def test_the_environment_is_read_under_azure_s_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AzureWebJobsStorage", raising=False)
    monkeypatch.setenv("AzureWebJobsStorage__queueServiceUri", URL)
    for name in ("DATABASE_URL", "SYSTEM_DATABASE_URL"):
        monkeypatch.setenv(name, "postgresql://a")
    monkeypatch.setenv("CREDENTIAL_KEYS", "k:a2V5")

    assert queue_account(Settings()) == ByIdentity(URL, None)


def test_an_empty_app_setting_is_one_that_nobody_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SYSTEM_DATABASE_URL"):
        monkeypatch.setenv(name, "postgresql://a")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "REDIS_URL", "SEND_TIMEOUT"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("CREDENTIAL_KEYS", "k:a2V5")

    read = Settings()

    assert (read.openai_api_key, read.openai_base_url, read.redis_url) == (None, None, None)
    assert read.send_timeout == 10.0


async def test_the_client_asks_entra_id_and_not_a_key() -> None:
    queues = Queues(settings(AzureWebJobsStorage__queueServiceUri=URL))
    try:
        client = queues._client(TURNS)
        assert (client.url, type(client.credential).__name__) == (f"{URL}/turns", "DefaultAzureCredential")
    finally:
        await queues.aclose()


async def test_the_client_signs_with_the_key_of_a_connection_string() -> None:
    queues = Queues(settings(AzureWebJobsStorage=STRING))
    try:
        client = queues._client(TURNS)
        assert (client.url, client.credential.account_name) == ("http://127.0.0.1:29998/a/turns", "a")
    finally:
        await queues.aclose()
