"""What a body names and the company does not have is a wrong field, not a missing page: one rule everywhere."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import BaseModel

from shared.kernel.errors import FieldError, InvalidInput, NotFound

__all__ = ["refused_reference"]


def refused_reference(error: NotFound, body: object, path: Collection[object]) -> InvalidInput | None:
    """The error as one of the body's field that names the missing thing; ``None`` where no field of it does.

    Args:
        error: what the handler raised.
        body: the body's model, if there is one.
        path: the values of the route's places; what these name is a missing page (404) as ever.
    """
    if not isinstance(body, BaseModel) or error.identity in {str(value) for value in path}:
        return None
    named = [name for name in type(body).model_fields if str(getattr(body, name)) == error.identity]
    if not named:
        return None
    return InvalidInput("the body names what does not exist", errors=[FieldError(named[0], "not_found")])
