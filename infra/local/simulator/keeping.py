"""The world on disk, so that a simulator that starts again has the chats of the one that was ended or killed.

``<folder>/world.json`` holds bots, people and webhooks on their way, ``chats/`` a file per chat, ``files/`` what
was sent in them. A change is on disk a moment after it was made; every file is written whole and then put in place.
Bounded: the last 500 chats, 64 MiB of files.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sys
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.simulator.media import StoredFile
from infra.local.simulator.snapshots import (
    chat_snapshot,
    restore_chat,
    restore_webhooks,
    restore_world,
    world_snapshot,
)
from infra.local.simulator.wire import Json
from infra.local.simulator.world import Chat

if TYPE_CHECKING:
    from infra.local.simulator.simulator import Simulator

__all__ = ["Keeper"]

_PAUSE = 0.2
_MAX_CHATS = 500
_MAX_BYTES = 64 * 1024 * 1024
_BROKEN = (KeyError, TypeError, ValueError, AttributeError)


class Keeper:
    """Reads the world at the start, and writes it while it changes."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self._simulator = simulator
        self._folder = folder
        self._listed = set(simulator.world.bots)
        self._changed: OrderedDict[str, Chat] = OrderedDict()
        self._chats: OrderedDict[str, set[str]] = OrderedDict()
        self._files: OrderedDict[str, int] = OrderedDict()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        for name in ("chats", "files"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)

    def open(self) -> None:
        """Bring back what was kept, and keep what changes from now on.

        A file that cannot be read is left out, with a line that says so.
        """
        kept = self._read(self._folder / "world.json")
        if kept is not None:
            self._restore(kept)
        self._simulator.world.watcher = self
        self._simulator.delivery.on_change = self._wake.set
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        """Write what is not written yet."""
        self._simulator.world.watcher = self._simulator.delivery.on_change = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._write()

    def _restore(self, kept: Json) -> None:
        try:
            restore_world(self._simulator, kept)
        except _BROKEN as error:
            _complain(self._folder / "world.json", error)
            return
        # the oldest first, as they were written
        paths = sorted((self._folder / "chats").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for path in paths:
            entry = self._read(path)
            chat = self._restored(path, entry) if entry is not None else None
            if chat is None:
                path.unlink(missing_ok=True)
            else:
                self._chats[path.name] = self._restore_files(entry or {})
        self._drop_unused_files()
        restore_webhooks(self._simulator, kept)

    def _restored(self, path: Path, entry: Json) -> Chat | None:
        try:
            return restore_chat(self._simulator, entry)
        except _BROKEN as error:
            _complain(path, error)
            return None

    def _restore_files(self, entry: Json) -> set[str]:
        files = entry.get("files", [])
        for about in files:
            path = self._path_of_file(about["id"])
            with contextlib.suppress(OSError):
                data = path.read_bytes()
                self._files[path.name] = len(data)
                self._simulator.environment.media.restore(StoredFile(**about, data=data))
        return {self._path_of_file(about["id"]).name for about in files}

    def _read(self, path: Path) -> Json | None:
        try:
            content = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _complain(path, error)
            return None
        if not isinstance(content, dict):
            _complain(path, TypeError("a JSON object is expected"))
            return None
        return content

    def changed(self, chat: Chat) -> None:
        """Write the chat soon."""
        self._changed[chat.key] = chat
        self._changed.move_to_end(chat.key)
        self._wake.set()

    def gone(self, key: str) -> None:
        """Keep nothing under that key."""
        self._changed.pop(key, None)
        self._drop_chat(_name_of(key))
        self._wake.set()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            began = loop.time()
            self._write()
            # many chats at once must not hold up the messengers
            await asyncio.sleep(max(_PAUSE, 9 * (loop.time() - began)))

    def _write(self) -> None:
        try:
            self._write_chats()
            world = world_snapshot(self._simulator, listed=self._listed)
            _put(self._folder / "world.json", _to_bytes(world))
        except OSError as error:
            print(f"the chats cannot be kept in {self._folder}: {error}", file=sys.stderr, flush=True)

    def _write_chats(self) -> None:
        changed, self._changed = self._changed, OrderedDict()
        for chat in list(changed.values())[-_MAX_CHATS:]:
            name = _name_of(chat.key)
            files = list(self._files_of(chat))
            self._chats[name] = {self._keep_file(stored) for stored in files}
            self._chats.move_to_end(name)
            about = [{"id": one.id, "name": one.name, "mime": one.mime, "at": one.at} for one in files]
            _put(self._folder / "chats" / name, _to_bytes({**chat_snapshot(chat), "files": about}))
        while len(self._chats) > _MAX_CHATS:
            self._drop_chat(next(iter(self._chats)))
        self._drop_unused_files()

    def _drop_chat(self, name: str) -> None:
        self._chats.pop(name, None)
        (self._folder / "chats" / name).unlink(missing_ok=True)

    def _files_of(self, chat: Chat) -> Iterator[StoredFile]:
        wanted: dict[str, None] = {}
        for message in chat.messages:
            images = message.content.get("images")
            shown = images.values() if isinstance(images, dict) else ()
            wanted |= dict.fromkeys([message.file_id, *map(str, shown)])
        for file_id in wanted:
            stored = self._simulator.environment.media.get(file_id) if file_id else None
            if stored is not None:
                yield stored

    def _keep_file(self, stored: StoredFile) -> str:
        path = self._path_of_file(stored.id)
        if path.name not in self._files:
            _put(path, stored.data)
            self._files[path.name] = len(stored.data)
        return path.name

    def _path_of_file(self, file_id: str) -> Path:
        return self._folder / "files" / hashlib.sha256(file_id.encode()).hexdigest()[:32]

    def _drop_unused_files(self) -> None:
        used = set().union(*self._chats.values()) if self._chats else set()
        total = sum(self._files.values())
        for name in list(self._files):
            if name in used and total <= _MAX_BYTES:
                continue
            total -= self._files.pop(name)
            (self._folder / "files" / name).unlink(missing_ok=True)


def _name_of(key: str) -> str:
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _to_bytes(content: Json) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def _put(path: Path, data: bytes) -> None:
    """Write a file whole, readable by its owner only: whoever reads meanwhile sees the old one or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(data)
    fresh.replace(path)


def _complain(path: Path, error: Exception) -> None:
    print(f"{path} is left out: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
