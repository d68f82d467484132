"""A check of our own for schemathesis: nobody gets in where the permission table does not say so."""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis


@schemathesis.check
def permission_table(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """Whom an operation does not admit is told 403 (401 where the case took the token away).

    The caller is told by the environment: ``ZETA_CALLER`` holds ``role`` (``null``: a service) and ``permissions``.
    A path or method that is none of the operation's is nobody's: 404, 405.
    """
    asked = case.operation.definition.raw["x-zeta-permission"]
    caller = json.loads(os.environ["ZETA_CALLER"])
    if asked["roles"] is None:
        return
    if caller["role"] is not None:
        admitted = caller["role"] in asked["roles"]
    else:
        admitted = asked["services"] and asked["permission"] in {None, *caller["permissions"]}
    if not admitted and response.status_code not in (401, 403, 404, 405):
        raise AssertionError(f"{caller} got {response.status_code} where {asked} is asked")
