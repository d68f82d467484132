"""The messages that the host and Microsoft's Python runtime exchange.

The runtime takes its message classes as a parameter (``request.properties["protos"]``): in Azure they are
generated from the protocol of the Functions host; here they are plain objects with the same names and
fields. Names follow that protocol (Azure Functions language worker protocol, FunctionRpc.proto).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

__all__ = [
    "PROTOS",
    "InvocationRequest",
    "InvocationResponse",
    "ParameterBinding",
    "RpcFunctionMetadata",
    "RpcHttp",
    "RpcHttpCookie",
    "StatusResult",
    "TypedData",
    "WorkerInitRequest",
    "request_message",
]


class TypedData:
    """A value with the name of its kind: ``TypedData(string="…")``, ``TypedData(http=…)``, or nothing."""

    __slots__ = ("bytes", "double", "http", "int", "json", "kind", "string")

    def __init__(self, **one: Any) -> None:
        self.kind: str | None = None
        for kind, value in one.items():
            self.kind = kind
            setattr(self, kind, value)

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - the runtime calls it so
        """The name of the kind that is set."""
        return self.kind

    @property
    def value(self) -> Any:
        """Whatever is set, or None."""
        return None if self.kind is None else getattr(self, self.kind)


@dataclass(slots=True)
class ParameterBinding:
    """One argument of a function, by name."""

    name: str
    data: TypedData | None

    def WhichOneof(self, _group: str) -> str:  # noqa: N802 - the runtime calls it so
        """Values come by themselves, never through shared memory."""
        return "data"


@dataclass(slots=True)
class RpcHttp:
    """An HTTP request or response; which fields are set tells which."""

    method: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: TypedData | None = None
    status_code: str = "200"
    cookies: Sequence[RpcHttpCookie] | None = None
    enable_content_negotiation: bool = False


class SameSite:
    """Values of a cookie's SameSite; the runtime reads the first by name with getattr."""

    Lax = "Lax"
    Strict = "Strict"
    ExplicitNone = "None"


setattr(SameSite, "None", "")


@dataclass(slots=True)
class Nullable:
    """An optional value of a cookie."""

    value: Any


@dataclass(slots=True)
class RpcHttpCookie:
    """A cookie to set."""

    name: str
    value: str
    domain: Nullable | None = None
    path: Nullable | None = None
    expires: Nullable | None = None
    secure: Nullable | None = None
    http_only: Nullable | None = None
    same_site: str = ""
    max_age: Nullable | None = None


RpcHttpCookie.SameSite = SameSite  # type: ignore[attr-defined]  # nested in the protocol, too


@dataclass(slots=True)
class Timestamp:
    """Seconds since the Unix epoch."""

    seconds: int


@dataclass(slots=True)
class RpcException:
    """What a function raised; the text may hold anything the function put there."""

    message: str
    stack_trace: str


@dataclass(slots=True)
class StatusResult:
    """How it went."""

    status: int
    exception: RpcException | None = None


StatusResult.Failure = 0  # type: ignore[attr-defined]  # constants of the protocol
StatusResult.Success = 1  # type: ignore[attr-defined]  # constants of the protocol


@dataclass(slots=True)
class BindingInfo:
    """The kind of one binding."""

    type: str
    data_type: int | None
    direction: int


BindingInfo.out = 1  # type: ignore[attr-defined]  # constants of the protocol
BindingInfo.inout = 2  # type: ignore[attr-defined]  # constants of the protocol
BindingInfo.undefined = 0  # type: ignore[attr-defined]  # constants of the protocol


@dataclass(slots=True)
class RpcFunctionMetadata:
    """One function as indexing found it; ``raw_bindings`` is JSON, one text per binding."""

    name: str
    function_id: str
    raw_bindings: Sequence[str]
    directory: str = ""
    script_file: str = ""
    entry_point: str = ""
    language: str = ""
    managed_dependency_enabled: bool = False
    is_proxy: bool = False
    bindings: Mapping[str, BindingInfo] = field(default_factory=dict)
    retry_options: Any = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class WorkerInitRequest:
    """Begin: index the app in this folder."""

    function_app_directory: str
    capabilities: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class WorkerInitResponse:
    """What the runtime can do, and whether indexing went well."""

    capabilities: Mapping[str, str]
    worker_metadata: Any
    result: StatusResult


@dataclass(slots=True)
class FunctionMetadataResponse:
    """The functions of the app."""

    use_default_metadata_indexing: bool
    function_metadata_results: Sequence[RpcFunctionMetadata] | None
    result: StatusResult


@dataclass(slots=True)
class InvocationRequest:
    """Call one function."""

    invocation_id: str
    function_id: str
    input_data: Sequence[ParameterBinding]
    trigger_metadata: Mapping[str, TypedData]
    trace_context: Any = field(
        default_factory=lambda: SimpleNamespace(trace_parent="", trace_state="", attributes={})
    )
    retry_context: Any = field(
        default_factory=lambda: SimpleNamespace(retry_count=0, max_retry_count=0, exception=None)
    )


@dataclass(slots=True)
class InvocationResponse:
    """What one call came to."""

    invocation_id: str
    result: StatusResult
    return_value: TypedData | None = None
    output_data: Sequence[ParameterBinding] = ()


PROTOS = SimpleNamespace(
    BindingInfo=BindingInfo,
    FunctionMetadataResponse=FunctionMetadataResponse,
    InvocationResponse=InvocationResponse,
    NullableBool=Nullable,
    NullableDouble=Nullable,
    NullableString=Nullable,
    NullableTimestamp=Nullable,
    ParameterBinding=ParameterBinding,
    RpcException=RpcException,
    RpcFunctionMetadata=RpcFunctionMetadata,
    RpcHttp=RpcHttp,
    RpcHttpCookie=RpcHttpCookie,
    RpcRetryOptions=SimpleNamespace,
    StatusResult=StatusResult,
    Timestamp=Timestamp,
    TypedData=TypedData,
    WorkerInitResponse=WorkerInitResponse,
    WorkerMetadata=SimpleNamespace,
)


def request_message(**content: Any) -> Any:
    """An envelope as the runtime expects it: the message under ``.request``, ours under ``.properties``."""
    return SimpleNamespace(request=SimpleNamespace(**content), properties={"host": "127.0.0.1", "protos": PROTOS})
