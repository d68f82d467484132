"""A file in a request: the body itself, or the one file of ``multipart/form-data`` (RFC 7578)."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from shared.kernel.errors import FieldError, InvalidInput
from shared.kernel.requests import Upload

__all__ = ["upload_of"]


def upload_of(content_type: str, headers: Mapping[str, str], body: bytes) -> Upload:
    """The file of a request whose size was checked already.

    Raises:
        InvalidInput: no file, several, or a form that cannot be read.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != "multipart/form-data":
        if not body:
            raise _refused("missing")
        named = Message()
        named["Content-Disposition"] = headers.get("content-disposition", "attachment")
        return Upload(body, media_type or "application/octet-stream", named.get_filename("")[:200])
    form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    if not form.is_multipart():
        raise _refused("invalid")
    files = [part for part in form.iter_parts() if part.get_filename() is not None]
    if len(files) != 1:
        raise _refused("missing" if not files else "too_many")
    (file,) = files
    content = file.get_payload(decode=True)
    if not isinstance(content, bytes) or not content:
        raise _refused("missing")
    return Upload(content, file.get_content_type(), str(file.get_filename())[:200])


def _refused(code: str) -> InvalidInput:
    return InvalidInput("no readable file", errors=[FieldError("file", code, "1" if code == "too_many" else "")])
