"""Channels are found by platform, and only what is used is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared.channels.contract import Platform
from shared.channels.registry import build_channels
from shared.channels.settings import ChannelSettings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("platform", list(Platform))
def test_a_platform_has_one_channel_for_all_its_bots(platform: Platform) -> None:
    registry = build_channels(ChannelSettings())
    assert registry.channel_of(platform).platform is platform
    assert registry.channel_of(platform) is registry.channel_of(platform)


def test_credentials_are_the_ones_that_an_operator_enters() -> None:
    registry = build_channels(ChannelSettings())
    assert {platform: registry.channel_of(platform).credential_names for platform in Platform} == {
        Platform.TELEGRAM: {"token", "secret_token"},
        Platform.WHATSAPP: {"access_token", "phone_number_id", "app_secret", "verify_token"},
        Platform.VIBER: {"auth_token"},
    }


def test_windows_and_fates_are_what_the_platforms_give() -> None:
    registry = build_channels(ChannelSettings())
    facts = {
        platform: (
            registry.channel_of(platform).reply_window,
            registry.channel_of(platform).tells_fate_of_uncertain_sends,
        )
        for platform in Platform
    }
    assert facts == {
        Platform.TELEGRAM: (None, False),
        Platform.WHATSAPP: (86_400.0, True),
        Platform.VIBER: (None, False),
    }


def test_one_platform_loads_no_other() -> None:
    program = (
        "import sys\n"
        "from shared.channels.registry import build_channels\n"
        "from shared.channels.settings import ChannelSettings\n"
        "from shared.channels.contract import Platform\n"
        "build_channels(ChannelSettings()).channel_of(Platform.TELEGRAM)\n"
        "print(*sorted(name for name in sys.modules if name.startswith('shared.channels.')))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = result.stdout.split()
    assert "shared.channels.telegram.channel" in loaded
    assert not [name for name in loaded if "whatsapp" in name or "viber" in name]
