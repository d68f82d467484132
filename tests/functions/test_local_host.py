"""The local functions host runs a function app as Azure does: HTTP, queues, timers, failures, the end.

The app is ``sample_app``; everything else is real: processes, HTTP, queues, Microsoft's Python runtime.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from azure.storage.queue import QueueClient, QueueServiceClient

from tests.host import PATIENCE, HostProcess, wait_for

SAMPLE_APP = Path(__file__).parent / "sample_app"
NEVER = "0 0 0 29 2 *"
SECRET = "secret text of a failure"


class Sample:
    """The settings of the sample app, its queue, and what its functions noted."""

    def __init__(self, settings_env: dict[str, str], folder: Path) -> None:
        self._notes = folder / "notes.jsonl"
        self.log = folder / "host.log"
        self.settings = {
            "AzureWebJobsStorage": settings_env["AzureWebJobsStorage"],
            "QUEUE_PREFIX": settings_env["QUEUE_PREFIX"],
            "SAMPLE_NOTES": str(self._notes),
            "SAMPLE_SCHEDULE": NEVER,
        }
        self._service = QueueServiceClient.from_connection_string(settings_env["AzureWebJobsStorage"])

    def host(self, role: str, arguments: str = "", processes: int = 1, **settings: str) -> HostProcess:
        return HostProcess(
            role,
            settings=self.settings | settings,
            log=self.log,
            app=SAMPLE_APP,
            processes=processes,
            arguments=arguments,
        )

    def queue(self, name: str = "work") -> QueueClient:
        return self._service.get_queue_client(self.settings["QUEUE_PREFIX"] + name)

    def send(self, *bodies: str) -> None:
        names = [queue.name for queue in self._service.list_queues()]
        if self.queue().queue_name not in names:
            self.queue().create_queue()
        for body in bodies:
            self.queue().send_message(base64.b64encode(body.encode()).decode())

    def notes(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._notes.read_text().splitlines()] if self._notes.exists() else []

    def bodies(self) -> list[object]:
        return [note["body"] for note in self.notes()]

    def left_in(self, name: str = "work") -> int:
        return int(self.queue(name).get_queue_properties().approximate_message_count or 0)

    def close(self) -> None:
        self._service.close()


@pytest.fixture
def sample(settings_env: dict[str, str], tmp_path: Path) -> Iterator[Sample]:
    prepared = Sample(settings_env, tmp_path)
    yield prepared
    prepared.close()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=PATIENCE) as opened:
        yield opened


def test_http_functions_get_the_request_as_it_came_and_their_answer_goes_out(
    sample: Sample, client: httpx.Client
) -> None:
    with sample.host("http") as host:
        sent = client.put(
            f"{host.url}/api/ECHO/%D0%B4%2Fа/7?a=1&a=2&empty=",
            content=b"\x00\xff",
            headers={"X-Sample": "yes"},
        )

    assert sent.status_code == 201
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["x-answer"] == "да".encode().hex()
    seen = sent.json()
    assert seen["url"].startswith(host.url + "/api/ECHO/")
    del seen["url"]
    assert seen == {
        "method": "PUT",
        "kind": "д/а",
        "number": "7",
        "query": {"a": "1,2", "empty": ""},
        "header": "yes",
        "body": "00ff",
    }


def test_http_edges_answer_with_the_right_status(sample: Sample, client: httpx.Client) -> None:
    with sample.host("http", FUNCTIONS_REQUEST_BODY_SIZE_LIMIT="1000") as host:
        api = f"{host.url}/api"
        statuses = {
            "unknown path": client.get(f"{api}/nothing").status_code,
            "outside the prefix": client.get(f"{host.url}/ping").status_code,
            "parameter of the wrong kind": client.post(f"{api}/echo/a/seven").status_code,
            "optional parameter left out": client.post(f"{api}/echo/a").status_code,
            "wrong method": client.delete(f"{api}/ping").status_code,
            "largest body": client.post(f"{api}/echo/a", content=b"x" * 1000).status_code,
            "body too large": client.post(f"{api}/echo/a", content=b"x" * 1001).status_code,
            "too large, length not told": client.post(
                f"{api}/echo/a", content=(b"x" * 600 for _ in range(2))
            ).status_code,
        }
        allowed = client.delete(f"{api}/ping").headers["allow"]

    assert statuses == {
        "unknown path": 404,
        "outside the prefix": 404,
        "parameter of the wrong kind": 404,
        "optional parameter left out": 201,
        "wrong method": 405,
        "largest body": 201,
        "body too large": 413,
        "too large, length not told": 413,
    }
    assert allowed == "GET"


def test_functions_that_are_no_coroutines_and_cookies_work_too(sample: Sample, client: httpx.Client) -> None:
    with sample.host("http") as host:
        plain = client.get(f"{host.url}/api/plain")
        cookie = client.get(f"{host.url}/api/cookie")

    assert (plain.status_code, plain.text) == (200, "plain")
    assert cookie.headers["set-cookie"] == "a=b; Path=/; Max-Age=60; HttpOnly"


def test_a_slow_function_does_not_hold_up_others(sample: Sample, client: httpx.Client) -> None:
    with sample.host("http") as host:
        slow = threading.Thread(target=lambda: client.get(f"{host.url}/api/slow/3000"))
        slow.start()
        wait_for(lambda: sample.bodies() == ["slow"])
        answer = client.get(f"{host.url}/api/ping").text
        still_running = slow.is_alive()
        slow.join()

    assert answer == "pong"
    assert still_running


def test_a_failing_http_function_is_500_and_its_text_stays_inside(sample: Sample, client: httpx.Client) -> None:
    with sample.host("http") as host:
        failed = client.get(f"{host.url}/api/raise")
        after = client.get(f"{host.url}/api/ping")
    line = next(json.loads(text) for text in host.printed().splitlines() if "function failed" in text)

    assert (failed.status_code, failed.content) == (500, b"")
    assert after.status_code == 200
    assert (line["function"], line["error_type"]) == ("raise_error", "RuntimeError")
    assert len(line["invocation_id"]) == 36
    assert SECRET not in host.printed()


def test_output_bindings_are_sent_after_success_only(sample: Sample, client: httpx.Client) -> None:
    with sample.host("http") as host:
        good = client.post(f"{host.url}/api/enqueue", content="один\ntwo".encode())
        bad = client.post(f"{host.url}/api/enqueue", content=b"three\nfail")
    contents = [message.content for message in sample.queue().peek_messages(10)]

    assert (good.status_code, bad.status_code) == (202, 500)
    assert [base64.b64decode(content).decode() for content in contents] == ["один", "two"]


def test_a_queue_message_calls_its_function_once_and_is_deleted(sample: Sample) -> None:
    sample.send("first", "второе")

    with sample.host("queues"):
        wait_for(lambda: len(sample.notes()) == 2 and sample.left_in() == 0)

    assert sorted(map(str, sample.bodies())) == ["first", "второе"]
    assert {note["attempt"] for note in sample.notes()} == {1}
    assert len({note["invocation"] for note in sample.notes()}) == 2


def test_a_failing_message_is_retried_then_moved_to_the_poison_queue_and_owned_there(sample: Sample) -> None:
    sample.send("bad one")

    with sample.host("queues") as host:
        wait_for(lambda: "poison bad one" in sample.bodies() and sample.left_in("work-poison") == 0)

    attempts = [note["attempt"] for note in sample.notes() if note["body"] == "bad one"]
    assert attempts == [1, 2, 3]  # maxDequeueCount of the sample's host.json
    assert sample.left_in() == 0
    assert SECRET not in host.printed()


def test_a_message_that_is_not_base64_goes_to_the_poison_queue_uncalled(sample: Sample) -> None:
    sample.send("good")
    sample.queue().send_message("not base64!")

    with sample.host("queues"):
        wait_for(lambda: sample.left_in() == 0 and sample.left_in("work-poison") == 1)

    assert sample.bodies() == ["good"]


def test_a_killed_worker_leaves_its_message_to_the_lease(sample: Sample) -> None:
    sample.send("long 30")
    host = sample.host("queues").start()
    wait_for(lambda: sample.bodies() == ["long 30"])

    host.kill()

    assert sample.left_in() == 1
    assert sample.queue().receive_message() is None  # leased for ten minutes


def test_sigterm_lets_the_message_in_hand_end_and_takes_no_other(sample: Sample) -> None:
    sample.send("long 3")
    host = sample.host("queues").start()
    wait_for(lambda: sample.bodies() == ["long 3"])
    sample.send("next")

    exit_code = host.stop()

    assert exit_code == 0
    assert sample.bodies() == ["long 3", "ended long 3"]
    assert sample.left_in() == 1


def test_sigterm_gives_back_what_does_not_end_in_time(sample: Sample) -> None:
    sample.send("long 30")
    host = sample.host("queues", "--grace 0.3").start()
    wait_for(lambda: sample.bodies() == ["long 30"])

    host.stop()

    assert sample.queue().receive_message() is not None


def test_sigterm_answers_the_requests_in_flight(sample: Sample, client: httpx.Client) -> None:
    host = sample.host("http").start()
    answers: list[str] = []
    request = threading.Thread(target=lambda: answers.append(client.get(f"{host.url}/api/slow/800").text))
    request.start()
    wait_for(lambda: sample.bodies() == ["slow"])

    exit_code = host.stop()
    request.join()

    assert (exit_code, answers) == (0, ["late"])


def test_a_timer_runs_on_its_schedule_and_its_output_is_sent(sample: Sample) -> None:
    with sample.host("queues", SAMPLE_SCHEDULE="*/1 * * * * *"):
        wait_for(lambda: "from timer" in sample.bodies())
        wait_for(lambda: any(note["body"] == "tick" and note["past_due"] is False for note in sample.notes()))


def test_several_processes_share_the_queue_and_one_runs_the_timer(sample: Sample) -> None:
    with sample.host("queues", processes=2, SAMPLE_SCHEDULE="*/1 * * * * *"):
        sample.send(*(f"long {0.1 * number:.2f}" for number in range(1, 9)))
        wait_for(lambda: len([body for body in sample.bodies() if str(body).startswith("ended")]) == 8)
        wait_for(lambda: "tick" in sample.bodies())

    workers = {note["pid"] for note in sample.notes() if str(note["body"]).startswith("long")}
    clocks = {note["pid"] for note in sample.notes() if note["body"] == "tick"}
    assert len(workers) == 2
    assert len(clocks) == 1


def ready(host: HostProcess) -> list[int]:
    """The process ids of all that ever began their work."""
    lines = [json.loads(line) for line in host.printed().splitlines() if "is ready" in line]
    return [line["pid"] for line in lines]


def children(host: HostProcess) -> list[int]:
    """The processes of the host that run now."""
    return [child.pid for child in psutil.Process(host.pid).children() if child.status() != psutil.STATUS_ZOMBIE]


def test_a_process_that_dies_is_replaced_and_none_outlives_the_supervisor(
    sample: Sample, client: httpx.Client
) -> None:
    host = sample.host("http", processes=2).start()
    os.kill(ready(host)[0], signal.SIGKILL)
    wait_for(lambda: len(ready(host)) == 3)
    answered = client.get(f"{host.url}/api/ping").status_code

    host.kill()

    assert answered == 200
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in ready(host)))


def test_the_queue_host_survives_four_kills_in_a_row_also_of_what_has_not_begun(sample: Sample) -> None:
    with sample.host("queues", processes=2) as host:
        killed: set[int] = set()
        while len(killed) < 4:
            wait_for(lambda: len(set(children(host)) - killed) == 2)
            newest = max(set(children(host)) - killed)
            os.kill(newest, signal.SIGKILL)
            killed.add(newest)

        sample.send("after the kills")
        wait_for(lambda: "after the kills" in sample.bodies())

        wait_for(lambda: len(children(host)) == 2)
        assert "dies at its start" not in host.printed()


def test_several_processes_of_an_app_that_cannot_be_imported_end_and_say_so(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{}")
    (tmp_path / "function_app.py").write_text("import no_such_module")
    host = HostProcess("queues", settings=sample.settings, log=sample.log, app=tmp_path, processes=2)

    with pytest.raises(AssertionError, match=r"(?s)no_such_module.*dies at its start"):
        host.start()


def test_an_app_that_cannot_be_imported_is_refused_with_the_reason(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{}")
    (tmp_path / "function_app.py").write_text("import no_such_module")
    host = HostProcess("http", settings=sample.settings, log=sample.log, app=tmp_path)

    with pytest.raises(AssertionError, match="no_such_module"):
        host.start()
