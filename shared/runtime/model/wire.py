"""The answer of a chat completion, as far as it is read, validated: servers that call themselves compatible vary.

Source: OpenAI API reference, "Create chat completion" (non-streaming).
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.runtime.model.failures import FailureReason, ModelFailed

__all__ = ["ChatAnswer", "ToolCall", "read_answer"]


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Function(_Lenient):
    name: str
    arguments: str | None = ""


class _ToolCall(_Lenient):
    id: str
    function: _Function


class _Message(_Lenient):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(_Lenient):
    message: _Message
    finish_reason: str | None = None


class _Usage(_Lenient):
    prompt_tokens: int = Field(default=0, ge=0, le=10_000_000)
    completion_tokens: int = Field(default=0, ge=0, le=10_000_000)


class _Completion(_Lenient):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class ToolCall(_Lenient):
    """A call that the model wants made; ``arguments`` is a JSON string that may be anything."""

    id: str
    name: str
    arguments: str


class ChatAnswer(_Lenient):
    """One answer of the model: words, or calls to make."""

    text: str
    calls: tuple[ToolCall, ...]
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int

    def as_message(self) -> dict[str, Any]:
        """The assistant message to send back before the results of its calls."""
        return {
            "role": "assistant",
            "content": self.text or None,
            "tool_calls": [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call in self.calls
            ],
        }


def read_answer(body: bytes) -> ChatAnswer:
    """Read a completion.

    Raises:
        ModelFailed: it is none (not JSON, no choice, wrong types).
    """
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError as error:
        # the error's own text would carry the model's words into the log
        raise ModelFailed(FailureReason.GARBAGE, f"{error.error_count()} defects in the answer") from None
    choice = completion.choices[0]
    usage = completion.usage or _Usage()
    return ChatAnswer(
        text=(choice.message.content or "").strip(),
        calls=tuple(
            ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments or "")
            for call in choice.message.tool_calls or ()
        ),
        finish_reason="content_filter" if choice.message.refusal else choice.finish_reason or "stop",
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
    )
