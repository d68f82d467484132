"""The app inside Microsoft's Python runtime: index it once, then invoke its functions."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime

from infra.local.errors import StackError
from infra.local.host.messages import (
    InvocationRequest,
    InvocationResponse,
    ParameterBinding,
    RpcException,
    RpcFunctionMetadata,
    TypedData,
    WorkerInitRequest,
    request_message,
)
from shared.kernel.errors import GivenUp

__all__ = ["AppWorker", "FunctionFailed", "IndexedFunction"]

logger = logging.getLogger(__name__)

SUCCESS = 1


class FunctionFailed(GivenUp):
    """A function raised, or took longer than it may; already logged with its invocation id."""


class IndexedFunction:
    """A function of the app: its name, its id in the runtime, its bindings as JSON objects."""

    def __init__(self, metadata: RpcFunctionMetadata) -> None:
        self.name = metadata.name
        self.function_id = metadata.function_id
        self.bindings: list[dict[str, Any]] = [json.loads(raw) for raw in metadata.raw_bindings]
        (self.trigger,) = (one for one in self.bindings if str(one["type"]).endswith("Trigger"))


class AppWorker:
    """The function app of this process (the runtime keeps one per process)."""

    def __init__(self, app_folder: Path, *, timeout: float, show_errors: bool = False) -> None:
        self._folder = app_folder
        self._timeout = timeout
        self._show_errors = show_errors

    async def start(self) -> Sequence[IndexedFunction]:
        """Import and index the app, as production does.

        Raises:
            StackError: importing or indexing failed; any exception there fails the whole app.
        """
        sys.path.insert(0, str(self._folder))
        runtime.start_threadpool_executor()
        request = request_message(worker_init_request=WorkerInitRequest(str(self._folder)))
        started = await runtime.worker_init_request(request)
        if started.result.status != SUCCESS:
            raise StackError(
                f"the function app cannot be indexed:\n{started.result.exception.stack_trace}",
                remedy="mend what is named above; one failing function fails the whole app",
            )
        found = await runtime.functions_metadata_request(request_message())
        if not found.function_metadata_results:
            raise StackError(
                f"no functions were found in {self._folder}",
                remedy="name the folder of function_app.py with --app",
            )
        return [IndexedFunction(metadata) for metadata in found.function_metadata_results]

    async def invoke(
        self, function: IndexedFunction, argument: TypedData, metadata: Mapping[str, TypedData]
    ) -> InvocationResponse:
        """Call the function with its trigger's value and return what it gave back.

        Raises:
            FunctionFailed: it raised, or took longer than ``functionTimeout`` of host.json.
        """
        invocation_id = str(uuid.uuid4())
        runtime.invocation_id_cv.set(invocation_id)
        invocation = InvocationRequest(
            invocation_id=invocation_id,
            function_id=function.function_id,
            input_data=[ParameterBinding(function.trigger["name"], argument)],
            trigger_metadata=metadata,
        )
        try:
            async with asyncio.timeout(self._timeout):
                response: InvocationResponse = await runtime.invocation_request(_envelope(invocation))
        except TimeoutError as error:
            logger.warning("function timed out", extra={"function": function.name, "invocation_id": invocation_id})
            raise FunctionFailed from error
        if response.result.status != SUCCESS:
            self._log_failure(function, invocation_id, response.result.exception)
            raise FunctionFailed
        return response

    def stop(self) -> None:
        """Let the threads of synchronous functions end."""
        runtime.stop_threadpool_executor()

    def _log_failure(self, function: IndexedFunction, invocation_id: str, failure: RpcException | None) -> None:
        """Log the kind of failure and where; its text only when asked for: it may quote a message."""
        stack = failure.stack_trace if failure else ""
        places = [line.strip() for line in stack.splitlines() if line.startswith('  File "')]
        extra: dict[str, object] = {
            "function": function.name,
            "invocation_id": invocation_id,
            "error_type": failure.message.partition(":")[0] if failure else "",
            "error_at": places[-3:],
        }
        if self._show_errors:
            extra["error"] = stack
        logger.error("function failed", extra=extra)


def _envelope(invocation: InvocationRequest) -> Any:
    return SimpleNamespace(request=SimpleNamespace(invocation_request=invocation))
