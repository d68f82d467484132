"""Bots, what all bots of a city start from, and the versions of a city's prompt."""

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

prompts = Endpoints("prompts")

PROMPTS = "cities/{city_id}/prompts"
prompts.get("list_prompts", PROMPTS, handler="prompts.list", permission="prompts:read")
prompts.post("create_prompt", PROMPTS, handler="prompts.create", permission="prompts:write")
prompts.get("get_prompt", f"{PROMPTS}/{{version}}", handler="prompts.get", permission="prompts:read")
prompts.post(
    "activate_prompt", f"{PROMPTS}/{{version}}/activate", handler="prompts.activate", permission="prompts:write"
)
prompts.post("roll_back_prompt", f"{PROMPTS}/roll-back", handler="prompts.roll_back", permission="prompts:write")
