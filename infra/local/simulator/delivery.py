"""Webhooks, sent to the bot as the platforms send them: order, retries, give-up.

Each platform hands in ready bytes and headers with its ``RetryPolicy``; what is the same for all
(queues, waiting, recording, the tricks of a bad network) is here.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import aiohttp

from infra.local.simulator.clock import SimulatedClock
from infra.local.simulator.traffic import Traffic
from infra.local.simulator.world import Bot

__all__ = ["RetryPolicy", "Webhook", "WebhookAnswer", "WebhookSender"]

_T = TypeVar("_T")
NO_ANSWER = 0
_IDLE_SECONDS = 60.0
_MAX_PENDING = 50_000
_MAX_ANSWER = 65_536


@dataclass(slots=True)
class WebhookAnswer:
    """What the bot answered; status 0 when it did not."""

    status: int
    body: bytes = b""
    retry_after: float | None = None
    error: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the platform counts the webhook as delivered."""
        return 200 <= self.status <= 299


class RetryPolicy(Protocol):
    """A platform's rule for when to send a refused webhook again."""

    ordered: bool
    """Whether later webhooks of one queue wait for the head."""

    def accepts(self, answer: WebhookAnswer) -> bool:
        """Whether this answer ends the delivery."""

    def delay(self, failures: int, answer: WebhookAnswer) -> float | None:
        """Seconds until the next try after ``failures`` failed ones (1 or more); None gives up."""


OnAnswer = Callable[["Webhook", WebhookAnswer], Coroutine[Any, Any, None]]


@dataclass(slots=True, eq=False)
class Webhook:
    """One delivery on its way: ``queue`` names the line it waits in (a chat), ``expires_at`` its end.

    It goes to the address the bot has at that moment: a changed webhook gets what is pending, a removed
    one drops it.
    """

    bot: Bot
    body: bytes
    headers: dict[str, str]
    policy: RetryPolicy
    queue: str
    label: str
    expires_at: float
    on_answer: OnAnswer | None = None
    attempts: int = 0
    first: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    done: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class WebhookSender:
    """Sends webhooks until the bot accepts them or the platform would give up.

    ``hold`` keeps new webhooks back until ``release`` lets them go in a chosen order; ``duplicate``
    and ``reorder`` do to the next webhooks what networks do. ``on_change`` is called when ``unsettled`` changed.
    """

    def __init__(self, clock: SimulatedClock, traffic: Traffic, *, connections: int = 40) -> None:
        self._clock = clock
        self._traffic = traffic
        self._slots = asyncio.Semaphore(connections)
        self._session: aiohttp.ClientSession | None = None
        self._lines: dict[str, deque[Webhook]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pending = 0
        self._unsettled: dict[int, Webhook] = {}
        self.on_change: Callable[[], None] | None = None
        self._held: list[Webhook] | None = None
        self._reorder = 0
        self._duplicates: tuple[int, int] = (0, 0)

    @property
    def session(self) -> aiohttp.ClientSession:
        """The messengers' HTTP client (also fetches media by address)."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=_IDLE_SECONDS),
                auto_decompress=True,
            )
        return self._session

    @property
    def pending(self) -> int:
        """Webhooks neither accepted nor given up."""
        return self._pending

    @property
    def unsettled(self) -> list[Webhook]:
        """The webhooks that are neither accepted nor given up, oldest first."""
        return list(self._unsettled.values())

    def submit(self, webhook: Webhook) -> Webhook:
        """Start delivering; raises ``RuntimeError`` above 50,000 pending webhooks."""
        if self._pending >= _MAX_PENDING:
            raise RuntimeError("the bot does not take its webhooks: too many pending")
        self._pending += 1
        self._unsettled[id(webhook)] = webhook
        self._tell_change()
        if self._held is not None:
            self._held.append(webhook)
            _resolve(webhook.first, NO_ANSWER)
            if self._reorder and len(self._held) >= self._reorder:
                self._reorder = 0
                self.release(order="reversed")
            return webhook
        self._start(webhook)
        return webhook

    def _tell_change(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def hold(self) -> None:
        """Keep webhooks back from now on; senders get 0 for an answer at once."""
        if self._held is None:
            self._held = []

    def release(self, *, order: str = "sent", copies: int = 1) -> int:
        """Let held webhooks go, ``sent``, ``reversed`` or ``shuffled``, ``copies`` times each; how many."""
        held, self._held = self._held or [], None
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            random.shuffle(held)
        for webhook in held:
            for _ in range(copies - 1):
                self._pending += 1
                self._dispatch(_copy(webhook))
            self._dispatch(webhook)
        return len(held)

    def duplicate(self, *, copies: int, count: int) -> None:
        """Send each of the next ``count`` webhooks ``copies`` times, at the same time."""
        self._duplicates = (copies, count)

    def reorder(self, size: int) -> None:
        """Collect the next ``size`` webhooks and send them in reverse order."""
        self._reorder = size
        self.hold()

    async def settle(self, within: float = 10.0) -> bool:
        """Wait until nothing is pending; False when ``within`` seconds pass first."""
        try:
            async with asyncio.timeout(within):
                while self._tasks:
                    await asyncio.wait(set(self._tasks))
        except TimeoutError:
            return False
        return self._pending == 0

    async def close(self) -> None:
        """Drop what is pending and close connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _start(self, webhook: Webhook) -> None:
        copies, count = self._duplicates
        if count > 0:
            self._duplicates = (copies, count - 1)
            for _ in range(copies - 1):
                self._pending += 1
                self._spawn(self._deliver(_copy(webhook)))
        self._dispatch(webhook)

    def _dispatch(self, webhook: Webhook) -> None:
        if not webhook.policy.ordered:
            self._spawn(self._deliver(webhook))
            return
        name = f"{webhook.bot.platform}/{webhook.bot.bot_id}/{webhook.queue}"
        line = self._lines.get(name)
        if line is not None:
            line.append(webhook)
            return
        self._lines[name] = deque([webhook])
        self._spawn(self._drain(name))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, name: str) -> None:
        line = self._lines[name]
        try:
            while line:
                await self._deliver(line[0])
                line.popleft()
        finally:
            self._lines.pop(name, None)

    async def _deliver(self, webhook: Webhook) -> None:
        cut_off = False
        try:
            accepted = await self._try_until_settled(webhook)
        except asyncio.CancelledError:
            cut_off = True
            raise
        finally:
            self._pending -= 1
            if not cut_off:
                self._unsettled.pop(id(webhook), None)
                self._tell_change()
            _resolve(webhook.first, NO_ANSWER)
        _resolve(webhook.done, accepted)

    async def _try_until_settled(self, webhook: Webhook) -> bool:
        while webhook.bot.webhook_url:
            async with self._slots:
                answer = await self._attempt(webhook)
            _resolve(webhook.first, answer.status)
            if webhook.on_answer is not None:
                await webhook.on_answer(webhook, answer)
            if webhook.policy.accepts(answer):
                return True
            delay = webhook.policy.delay(webhook.attempts, answer)
            if delay is None or self._clock.now() + delay > webhook.expires_at:
                return False
            await self._clock.sleep(delay)
        return False

    async def _attempt(self, webhook: Webhook) -> WebhookAnswer:
        webhook.attempts += 1
        url = webhook.bot.webhook_url
        started = time.perf_counter()
        try:
            async with self.session.post(
                url, data=webhook.body, headers=webhook.headers, allow_redirects=False
            ) as response:
                body = await response.content.read(_MAX_ANSWER)
                answer = WebhookAnswer(
                    response.status,
                    body,
                    _seconds(response.headers.get("Retry-After")),
                    response.reason or "",
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            answer = WebhookAnswer(NO_ANSWER, error=type(error).__name__)
        self._traffic.record(
            at=self._clock.now(),
            direction="webhook",
            platform=webhook.bot.platform,
            method=webhook.label,
            url=url,
            request_headers=webhook.headers,
            request_body=webhook.body,
            status=answer.status,
            response_body=answer.body,
            milliseconds=(time.perf_counter() - started) * 1000,
            note=f"attempt {webhook.attempts}" if answer.status else f"attempt {webhook.attempts}: {answer.error}",
        )
        return answer


def _copy(webhook: Webhook) -> Webhook:
    return Webhook(
        webhook.bot,
        webhook.body,
        webhook.headers,
        webhook.policy,
        webhook.queue,
        webhook.label,
        webhook.expires_at,
        webhook.on_answer,
    )


def _resolve(future: asyncio.Future[_T], value: _T) -> None:
    if not future.done():
        future.set_result(value)


def _seconds(header: str | None) -> float | None:
    try:
        return float(header) if header is not None else None
    except ValueError:
        return None
