"""A check of our own for schemathesis: nobody gets in where the permission table does not say so."""

from __future__ import annotations

import os
from typing import Any

import schemathesis


@schemathesis.check
def permission_table(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """A caller whose role an operation does not name is told 403 (401 where the case took the token away)."""
    roles = case.operation.definition.raw["x-zeta-permission"]["roles"]
    role = os.environ["ZETA_ROLE"]
    if roles is not None and role not in roles and response.status_code not in (401, 403, 404, 405):
        raise AssertionError(f"{role} got {response.status_code} where only {roles} may call")
