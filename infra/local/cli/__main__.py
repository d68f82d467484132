"""``python -m infra.local.cli``: what ``./infra/local/zeta`` runs."""

from __future__ import annotations

from infra.local.cli.app import app

app(prog_name="zeta")
