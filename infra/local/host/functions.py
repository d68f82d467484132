"""The functions that indexing found, sorted by what triggers them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from infra.local.errors import StackError
from infra.local.host.configuration import expand
from infra.local.host.ncrontab import Schedule
from infra.local.host.worker import IndexedFunction

__all__ = ["FunctionSet", "HttpFunction", "QueueFunction", "QueueOutput", "TimerFunction", "sort_functions"]

DEFAULT_CONNECTION = "AzureWebJobsStorage"
RETURN_VALUE = "$return"


@dataclass(frozen=True)
class QueueOutput:
    """An output binding: what the function leaves under ``name`` goes to that queue."""

    name: str
    queue: str
    connection: str


@dataclass(frozen=True)
class HttpFunction:
    """A function behind a route; no methods means every method."""

    function: IndexedFunction
    route: str
    methods: frozenset[str]
    outputs: tuple[QueueOutput, ...]


@dataclass(frozen=True)
class QueueFunction:
    """A function that each message of a queue calls."""

    function: IndexedFunction
    queue: str
    connection: str
    outputs: tuple[QueueOutput, ...]


@dataclass(frozen=True)
class TimerFunction:
    """A function that a schedule calls."""

    function: IndexedFunction
    schedule: Schedule
    outputs: tuple[QueueOutput, ...]


@dataclass(frozen=True)
class FunctionSet:
    """All functions of the app."""

    http: tuple[HttpFunction, ...]
    queues: tuple[QueueFunction, ...]
    timers: tuple[TimerFunction, ...]


def sort_functions(indexed: Iterable[IndexedFunction]) -> FunctionSet:
    """Read the bindings of every function.

    Raises:
        StackError: a binding is of a kind that this host does not run, or names an unknown setting.
    """
    http: list[HttpFunction] = []
    queues: list[QueueFunction] = []
    timers: list[TimerFunction] = []
    for function in indexed:
        trigger, outputs = function.trigger, _outputs(function)
        match trigger["type"]:
            case "httpTrigger":
                methods = frozenset(str(method).upper() for method in trigger.get("methods") or ())
                http.append(HttpFunction(function, trigger.get("route") or function.name, methods, outputs))
            case "queueTrigger":
                queue, connection = expand(trigger["queueName"]), _connection(trigger)
                queues.append(QueueFunction(function, queue, connection, outputs))
            case "timerTrigger":
                timers.append(TimerFunction(function, _schedule(function), outputs))
            case kind:
                raise _unsupported(function, kind)
    return FunctionSet(tuple(http), tuple(queues), tuple(timers))


def _outputs(function: IndexedFunction) -> tuple[QueueOutput, ...]:
    found = []
    for binding in function.bindings:
        if binding is function.trigger or (binding["type"] == "http" and binding["name"] == RETURN_VALUE):
            continue
        if binding["type"] != "queue":
            raise _unsupported(function, binding["type"])
        found.append(QueueOutput(binding["name"], expand(binding["queueName"]), _connection(binding)))
    return tuple(found)


def _schedule(function: IndexedFunction) -> Schedule:
    if function.trigger.get("runOnStartup"):
        raise StackError(
            f"the timer {function.name} asks to run on start-up",
            remedy="drop run_on_startup: every new instance would run it",
        )
    return Schedule(expand(function.trigger["schedule"]))


def _connection(binding: dict[str, str]) -> str:
    return binding.get("connection") or DEFAULT_CONNECTION


def _unsupported(function: IndexedFunction, kind: str) -> StackError:
    return StackError(
        f"the function {function.name} has a binding of kind {kind}, which the local host does not run",
        remedy="use HTTP, queue or timer bindings, or run it with Azure Functions Core Tools (func start)",
    )
