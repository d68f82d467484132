"""Every setting is described, on a page that is what the code says."""

from __future__ import annotations

import json

import pytest

from infra.docs.settings_page import PAGE, settings_page
from shared.runtime.settings import Settings
from tests.architecture.source import CHECKOUT


def test_the_page_is_that_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), "run: python -m infra.docs.settings_page"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_a_setting_stands_on_the_page(field: str) -> None:
    alias = Settings.model_fields[field].validation_alias
    name = str(alias.choices[0]) if alias is not None and hasattr(alias, "choices") else field.upper()

    assert f"| `{name}` |" in PAGE.read_text(encoding="utf-8")


def test_the_sample_settings_are_settings_of_the_app_or_of_the_host() -> None:
    sample = json.loads((CHECKOUT / "local.settings.sample.json").read_text())["Values"]
    of_the_host = {"FUNCTIONS_WORKER_RUNTIME"}

    unknown = [
        name for name in sample if f"| `{name}` |" not in PAGE.read_text("utf-8") and name not in of_the_host
    ]
    assert unknown == []
