"""The methods about the bot itself: who it is, its webhook, its commands, its files."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from infra.local.simulator.environment import Environment
from infra.local.simulator.media import StoredFile, is_loopback
from infra.local.simulator.telegram.bots import TelegramBot
from infra.local.simulator.telegram.objects import chat_object
from infra.local.simulator.telegram.parameters import read_json
from infra.local.simulator.telegram.refusals import TelegramError, bad_request
from infra.local.simulator.wire import ApiCall, Json

__all__ = ["ACCOUNT", "find_file"]

_PORTS = {443, 80, 88, 8443}
_DOWNLOAD_LIMIT = 20 * 1024 * 1024
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FOLDERS = {"image": "photos", "audio": "voice"}


async def get_me(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """getMe: the bot's own User object."""
    del environment, call
    return {
        **bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "has_topics_enabled": bot.has_topics,
    }


async def set_webhook(environment: Environment, bot: TelegramBot, call: ApiCall) -> bool:
    """setWebhook: https (on loopback http too), ports 443, 80, 88 and 8443, secret of 1 to 256 characters.

    ``allowed_updates`` left out keeps the former choice; empty means the default kinds.
    """
    url = str(call.parameters.get("url") or "")
    secret = str(call.parameters.get("secret_token") or "")
    if url:
        _check_url(url)
    if secret and not _SECRET.fullmatch(secret):
        too_long = len(secret) > 256
        raise bad_request("secret token is too long" if too_long else "secret token contains unallowed characters")
    allowed = read_json(call, "allowed_updates")
    if allowed is not None:
        if not isinstance(allowed, list) or not all(isinstance(kind, str) for kind in allowed):
            raise bad_request("can't parse allowed updates: expected an Array of String")
        bot.allowed_updates = allowed
    connections = int(call.parameters.get("max_connections") or 40)
    bot.max_connections = min(max(connections, 1), 100)
    bot.webhook_url, bot.secret_token = url, secret if url else ""
    bot.last_error_date, bot.last_error_message, bot.gone_since = 0, "", None
    environment.events.publish("bots", {})
    return True


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if is_loopback(url) and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https" or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


async def delete_webhook(environment: Environment, bot: TelegramBot, call: ApiCall) -> bool:
    """deleteWebhook: no updates from now on."""
    del call
    bot.webhook_url = ""
    environment.events.publish("bots", {})
    return True


async def get_webhook_info(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """getWebhookInfo: address, pending updates and the last failure."""
    del environment, call
    info: Json = {
        "url": bot.webhook_url,
        "has_custom_certificate": False,
        "pending_update_count": bot.pending,
    }
    if bot.webhook_url:
        info |= {"max_connections": bot.max_connections, "ip_address": "127.0.0.1"}
    if bot.last_error_date:
        info |= {"last_error_date": bot.last_error_date, "last_error_message": bot.last_error_message}
    if bot.allowed_updates:
        info["allowed_updates"] = bot.allowed_updates
    return info


async def get_updates(environment: Environment, bot: TelegramBot, call: ApiCall) -> list[Json]:
    """getUpdates: refused while a webhook is set, empty otherwise (nothing is kept for polling)."""
    del environment, call
    if bot.webhook_url:
        raise TelegramError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    return []


async def set_my_commands(environment: Environment, bot: TelegramBot, call: ApiCall) -> bool:
    """setMyCommands: at most 100, names of 1 to 32 lower-case letters, digits and underscores."""
    commands = read_json(call, "commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad_request("can't parse commands: expected an Array of at most 100 BotCommand")
    for command in commands:
        name = str(command.get("command", "")) if isinstance(command, dict) else ""
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands = commands
    environment.events.publish("bots", {})
    return True


async def get_my_commands(environment: Environment, bot: TelegramBot, call: ApiCall) -> list[Json]:
    """getMyCommands: what setMyCommands stored."""
    del environment, call
    return bot.commands


async def delete_my_commands(environment: Environment, bot: TelegramBot, call: ApiCall) -> bool:
    """deleteMyCommands: none are shown from now on."""
    del call
    bot.commands = []
    environment.events.publish("bots", {})
    return True


async def get_chat(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """getChat: a chat that the bot knows, with what a ChatFullInfo always has."""
    chat = environment.world.chat(bot, str(call.parameters.get("chat_id", "")).strip())
    if chat is None:
        raise bad_request("chat not found")
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    always: Json = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return {**chat_object(chat), **always}


async def get_file(environment: Environment, bot: TelegramBot, call: ApiCall) -> Json:
    """getFile: the path to download from; files over 20 MB are refused."""
    del bot
    file_id = str(call.parameters.get("file_id") or "")
    stored = environment.media.get(file_id.removesuffix("-s"))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(stored.data) > _DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    folder = _FOLDERS.get(stored.mime.split("/")[0], "documents")
    extension = stored.name.rsplit(".", 1)[-1] if "." in stored.name else "bin"
    return {
        "file_id": file_id,
        "file_unique_id": stored.unique_id,
        "file_size": len(stored.data),
        "file_path": f"{folder}/{stored.id}.{extension}",
    }


def find_file(environment: Environment, path: str) -> StoredFile | None:
    """The file behind a ``file_path``."""
    return environment.media.get(path.rsplit("/", 1)[-1].rsplit(".", 1)[0])


ACCOUNT = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "getupdates": get_updates,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "getchat": get_chat,
    "getfile": get_file,
}
