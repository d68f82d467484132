"""The versions of a city's prompt."""

from functions._endpoints import Endpoints

prompts = Endpoints("prompts")

PROMPTS = "cities/{city_id}/prompts"
prompts.get("list_prompts", PROMPTS, handler="prompts.list", permission="prompts:read")
prompts.post("create_prompt", PROMPTS, handler="prompts.create", permission="prompts:write")
prompts.get("get_prompt", f"{PROMPTS}/{{version}}", handler="prompts.get", permission="prompts:read")
prompts.post(
    "activate_prompt", f"{PROMPTS}/{{version}}/activate", handler="prompts.activate", permission="prompts:write"
)
prompts.post("roll_back_prompt", f"{PROMPTS}/roll-back", handler="prompts.roll_back", permission="prompts:write")
