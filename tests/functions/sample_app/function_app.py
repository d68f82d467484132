"""A small function app with one function of every kind that the local host must run."""

from __future__ import annotations

import asyncio
import json
import os
import time
import typing
from pathlib import Path

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="echo/{kind}/{number:int?}", methods=["POST", "PUT"])
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    """Tell what arrived."""
    seen = {
        "method": req.method,
        "url": req.url,
        "kind": req.route_params.get("kind"),
        "number": req.route_params.get("number"),
        "query": dict(req.params),
        "header": req.headers.get("X-Sample"),
        "body": req.get_body().hex(),
    }
    return func.HttpResponse(
        json.dumps(seen),
        status_code=201,
        mimetype="application/json",
        headers={"X-Answer": "да".encode().hex()},
    )


@app.route(route="ping", methods=["GET"])
async def ping(req: func.HttpRequest) -> func.HttpResponse:
    """The least an HTTP function can do."""
    return func.HttpResponse("pong")


@app.route(route="plain", methods=["GET"])
def plain(req: func.HttpRequest) -> str:
    """A function that is not a coroutine and returns text: it runs in a thread."""
    time.sleep(0.05)
    return "plain"


@app.route(route="cookie", methods=["GET"])
def cookie(req: func.HttpRequest) -> func.HttpResponse:
    """Set a cookie."""
    return func.HttpResponse("", headers={"Set-Cookie": "a=b; Path=/; HttpOnly; Max-Age=60"})


@app.route(route="raise", methods=["GET"])
async def raise_error(req: func.HttpRequest) -> func.HttpResponse:
    """Fail with a text nobody may see."""
    raise RuntimeError("secret text of a failure")


@app.route(route="slow/{milliseconds:int}", methods=["GET"])
async def slow(req: func.HttpRequest) -> func.HttpResponse:
    """Answer late."""
    _note({"body": "slow"})
    await asyncio.sleep(int(req.route_params["milliseconds"]) / 1000)
    return func.HttpResponse("late")


@app.route(route="enqueue", methods=["POST"])
@app.queue_output(arg_name="messages", queue_name="%QUEUE_PREFIX%work", connection="AzureWebJobsStorage")
async def enqueue(req: func.HttpRequest, messages: func.Out[typing.List[str]]) -> func.HttpResponse:
    """Send one queue message per line of the body, unless the body asks for a failure."""
    lines = req.get_body().decode().splitlines()
    messages.set(lines)
    if "fail" in lines:
        raise ValueError("nothing may be sent")
    return func.HttpResponse(status_code=202)


@app.queue_trigger(arg_name="message", queue_name="%QUEUE_PREFIX%work", connection="AzureWebJobsStorage")
async def work(message: func.QueueMessage, context: func.Context) -> None:
    """Note the message; fail or take long where it says so."""
    body = message.get_body().decode()
    _note(
        {
            "body": body,
            "attempt": message.dequeue_count,
            "invocation": context.invocation_id,
            "pid": os.getpid(),
        }
    )
    if body.startswith("bad"):
        raise ValueError("secret text of a failure")
    if body.startswith("long"):
        await asyncio.sleep(float(body.partition(" ")[2]))
        _note({"body": "ended " + body})


@app.queue_trigger(arg_name="message", queue_name="%QUEUE_PREFIX%work-poison", connection="AzureWebJobsStorage")
def buried(message: func.QueueMessage) -> None:
    """Note what was given up."""
    _note({"body": "poison " + message.get_body().decode()})


@app.timer_trigger(arg_name="timer", schedule="%SAMPLE_SCHEDULE%", run_on_startup=False)
@app.queue_output(arg_name="ring", queue_name="%QUEUE_PREFIX%work", connection="AzureWebJobsStorage")
async def tick(timer: func.TimerRequest, ring: func.Out[str]) -> None:
    """Ring once a tick."""
    _note({"body": "tick", "past_due": timer.past_due, "pid": os.getpid()})
    ring.set("from timer")


def _note(line: dict[str, object]) -> None:
    with Path(os.environ["SAMPLE_NOTES"]).open("a") as notes:
        notes.write(json.dumps(line) + "\n")
