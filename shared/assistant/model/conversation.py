"""The loop with the model: ask, carry out the tools it calls, ask again, within bounds of rounds and time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from shared.assistant.model.tools import CALLS_PER_ROUND, Toolbox
from shared.assistant.usage import ModelUsage
from shared.runtime.model.client import ChatClient
from shared.runtime.model.failures import ContextTooLong, FailureReason, ModelFailed
from shared.runtime.model.wire import ChatAnswer

__all__ = ["ROUNDS", "converse"]

ROUNDS = 5
"""Questions to the model in one turn at most: a model that only ever calls tools is stopped."""

_OFFLINE_RESERVE = 4.0
"""Seconds kept back for the offline assistant to answer in, before the turn's deadline."""

_LEAST_TIME = 1.0
"""A question with less time than this is not worth asking."""


async def converse(
    client: ChatClient,
    toolbox: Toolbox,
    messages: list[Mapping[str, Any]],
    *,
    usage: ModelUsage,
    call_timeout: float,
    deadline: float,
) -> str:
    """Lead the conversation of one turn to the model's final words.

    Args:
        client: the model.
        toolbox: carries out what the model calls, and collects the facts.
        messages: the system prompt, the history, and the shopper's words last; the list grows.
        usage: counts the tokens, also of calls before a failure.
        call_timeout: seconds of one question at most.
        deadline: the turn's, by ``time.monotonic()``.

    Returns:
        The words, or an empty text when a call was the whole answer (a hand-over to a person).

    Raises:
        ModelFailed: no usable answer, too many rounds, no time.
    """
    for _round in range(ROUNDS):
        timeout = min(call_timeout, deadline - time.monotonic() - _OFFLINE_RESERVE)
        if timeout < _LEAST_TIME:
            raise ModelFailed(FailureReason.NO_TIME)
        answer = await _ask(client, messages, toolbox.definitions, timeout)
        usage.add(answer.prompt_tokens, answer.completion_tokens)
        if answer.finish_reason == "content_filter":
            raise ModelFailed(FailureReason.CONTENT_FILTER)
        if not answer.calls:
            return _final_words(answer)
        messages.append(answer.as_message())
        for position, call in enumerate(answer.calls):
            # every call gets a result, else the API refuses the next question
            carried_out = position < CALLS_PER_ROUND
            result = await toolbox.run(call) if carried_out else "error: too many calls at once"
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        if toolbox.final is not None:
            return ""
    raise ModelFailed(FailureReason.TOO_MANY_ROUNDS)


async def _ask(
    client: ChatClient, messages: list[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], timeout: float
) -> ChatAnswer:
    try:
        return await client.complete(messages, tools=tools, timeout=timeout)
    except ContextTooLong:
        if any(message["role"] == "tool" for message in messages) or len(messages) <= 2:
            raise
        # our estimate was short: the shopper's words alone, without the history
        del messages[1:-1]
        return await client.complete(messages, tools=tools, timeout=timeout)


def _final_words(answer: ChatAnswer) -> str:
    text = answer.text
    if answer.finish_reason == "length":
        # cut off by the limit: what stands after the last full sentence is half a thought
        text = text[: max(text.rfind(end) for end in ".!?\n") + 1]
    if not text.strip():
        raise ModelFailed(FailureReason.EMPTY)
    return text
