"""The methods that only tell: get_account_info, get_user_details, get_online."""

from __future__ import annotations

from collections.abc import Callable

from infra.local.simulator.environment import Environment
from infra.local.simulator.viber.accounts import CHAT_HOST, ViberAccount, ViberError, new_message_token
from infra.local.simulator.wire import ApiCall, Json
from infra.local.simulator.world import Membership

__all__ = ["ABOUT"]

_MAX_IDS = 100
_ONLINE_SECONDS = 60.0


def account_info(environment: Environment, account: ViberAccount, call: ApiCall) -> Json:
    """get_account_info: who the bot is, its webhook, how many subscribe, who runs its channel."""
    del call
    chats = environment.world.chats(account)
    subscribers = [chat for chat in chats if chat.membership is Membership.ACTIVE]
    return {
        "id": f"pa:{account.bot_id}",
        "name": account.name,
        "uri": account.uri,
        "icon": "",
        "background": "",
        "category": "Shopping",
        "subcategory": "Home",
        "country": "KZ",
        "webhook": account.webhook_url,
        "event_types": [*account.event_types, "message"],
        "subscribers_count": len(subscribers),
        "members": [_member(environment, account, member) for member in account.members],
        **CHAT_HOST,
    }


def _member(environment: Environment, account: ViberAccount, member_id: str) -> Json:
    person = environment.world.person(account.platform, member_id)
    return {"id": member_id, "name": person.name if person else "", "avatar": "", "role": "admin"}


def user_details(environment: Environment, account: ViberAccount, call: ApiCall) -> Json:
    """get_user_details: name, country, language and phone of an account."""
    person = environment.world.person(account.platform, str(call.parameters.get("id", "")))
    if person is None:
        raise ViberError(5)
    user = {
        "id": person.id,
        "name": person.name,
        "avatar": f"{environment.base_url}/page/avatar.svg",
        "country": "KZ",
        "language": person.language,
        "primary_device_os": "android 14",
        "api_version": 10,
        "viber_version": "22.0.0",
        "mcc": 401,
        "mnc": 1,
        "device_type": "SM-A546E",
    }
    return {"message_token": new_message_token(), "user": user, **CHAT_HOST}


def online(environment: Environment, account: ViberAccount, call: ApiCall) -> Json:
    """get_online: for up to 100 accounts 0 (online: wrote within a minute), 1 (offline) or 4 (unavailable)."""
    ids = call.parameters.get("ids")
    if not isinstance(ids, list) or not ids:
        raise ViberError(4, "ids are missing")
    if len(ids) > _MAX_IDS:
        raise ViberError(3, "ids must hold at most 100 ids")
    return {"users": [_presence(environment, account, str(user_id)) for user_id in ids], **CHAT_HOST}


def _presence(environment: Environment, account: ViberAccount, user_id: str) -> Json:
    chat = environment.world.chat(account, user_id)
    if chat is None:
        return {"id": user_id, "online_status": 4, "online_status_message": "unavailable"}
    last = chat.last_inbound_at
    if last is not None and environment.clock.now() - last < _ONLINE_SECONDS:
        return {"id": user_id, "online_status": 0, "online_status_message": "online"}
    seen = {"last_online": int(last * 1000)} if last is not None else {}
    return {"id": user_id, "online_status": 1, "online_status_message": "offline", **seen}


ABOUT: dict[str, Callable[[Environment, ViberAccount, ApiCall], Json]] = {
    "get_account_info": account_info,
    "get_user_details": user_details,
    "get_online": online,
}
