"""Bots, and what all bots of a city start from."""

from functions._endpoints import Endpoints

bots = Endpoints("bots")

bots.get("list_bots", "bots", handler="bots.list", permission="bots:read")
bots.post("create_bot", "bots", handler="bots.create", permission="bots:write")
bots.get("get_bot", "bots/{bot_id}", handler="bots.get", permission="bots:read")
bots.put("replace_bot", "bots/{bot_id}", handler="bots.replace", permission="bots:write")
bots.delete("delete_bot", "bots/{bot_id}", handler="bots.delete", permission="bots:write")
bots.post("check_bot", "bots/{bot_id}/check", handler="bots.check", permission="bots:write")

CONFIGURATION = "city_configurations"
bots.get(
    "get_city_bot_config",
    "cities/{city_id}/bot-config",
    handler=f"{CONFIGURATION}.get",
    permission="bots:read",
)
bots.get("get_bot_config", "bot-config/{city_id}", handler=f"{CONFIGURATION}.get", permission="bots:read")
bots.put("replace_bot_config", "bot-config/{city_id}", handler=f"{CONFIGURATION}.replace", permission="bots:write")
