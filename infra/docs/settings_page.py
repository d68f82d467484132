"""Writes ``docs/settings.md`` from the settings' own descriptions: ``python -m infra.docs.settings_page``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from shared.runtime import settings as module
from shared.runtime.settings import Settings

__all__ = ["PAGE", "settings_page"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
_INTRODUCTION = """\
# Settings

The function app reads these from the environment (Azure: app settings; here: `local.settings.json`) once, when a
worker starts. Durations are seconds unless the name says otherwise. What has no default must be set.

This page is written by `python -m infra.docs.settings_page`; a test holds it to the code.
"""
_SECTION = re.compile(r"#\s*-+\s*(?P<title>[^-]+?)\s*-+\s*$")


@dataclass(frozen=True)
class _Setting:
    section: str
    name: str
    default: str
    meaning: str


def settings_page() -> str:
    """The page as Markdown.

    Raises:
        ValueError: a setting has no description.
    """
    lines = [_INTRODUCTION]
    section = ""
    for setting in _settings():
        if setting.section != section:
            section = setting.section
            lines += [
                f"\n## {section[0].upper()}{section[1:]}\n",
                "| setting | default | meaning |",
                "| --- | --- | --- |",
            ]
        lines.append(f"| `{setting.name}` | {setting.default} | {setting.meaning} |")
    return "\n".join(lines) + "\n"


def _settings() -> Iterator[_Setting]:
    source = Path(module.__file__).read_text(encoding="utf-8")
    described = _descriptions(source)
    for field, (section, meaning) in described.items():
        if not meaning:
            raise ValueError(f"the setting {field} has no description")
        info = Settings.model_fields[field]
        yield _Setting(section, _environment_name(field, info), _default(info), meaning)


def _descriptions(source: str) -> dict[str, tuple[str, str]]:
    """Field name → its section and the string under it, in the order of the code."""
    sections = {
        number: match["title"]
        for number, line in enumerate(source.splitlines(), start=1)
        if (match := _SECTION.search(line))
    }
    [tree] = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    found: dict[str, tuple[str, str]] = {}
    last = ""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            last = node.target.id
            section = sections[max(number for number in sections if number < node.lineno)]
            found[last] = (section, "")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and last:
            meaning = " ".join(str(node.value.value).split()).replace("``", "`")
            found[last] = (found[last][0], meaning)
            last = ""
        else:
            last = ""
    return found


def _environment_name(field: str, info: FieldInfo) -> str:
    alias = info.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else field.upper()


def _default(info: FieldInfo) -> str:
    value = info.default
    if value is PydanticUndefined:
        return "—"
    if value is None or value == "" or (isinstance(value, SecretStr) and not value.get_secret_value()):
        return "empty"
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
