"""An environment for the app's own processes: their queues have fixed names, so each test worker has an account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.services.azurite import AzuriteServer, install_azurite
from infra.local.services.ocr_data import install_ocr_data
from tests.stack import AZURITE_PROGRAMS


@pytest.fixture(scope="session")
def app_storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a storage emulator that no other test worker uses."""
    install_azurite(AZURITE_PROGRAMS)
    home: Path = tmp_path_factory.mktemp("azurite")
    server = AzuriteServer(home, programs=AZURITE_PROGRAMS, in_memory=True)
    server.start()
    yield server.connection_string
    server.kill()


@pytest.fixture
def app_env(settings_env: dict[str, str], app_storage: str) -> dict[str, str]:
    """The settings of the app's processes."""
    ocr_data = str(install_ocr_data())
    return {**settings_env, "AzureWebJobsStorage": app_storage, "QUEUE_PREFIX": "", "OCR_DATA": ocr_data}
