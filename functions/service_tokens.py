"""Service tokens: how machine clients of a company come in."""

from functions._endpoints import Endpoints

service_tokens = Endpoints("service tokens")

service_tokens.get(
    "list_service_tokens", "service-tokens", handler="service_tokens.list", permission="service_tokens:write"
)
service_tokens.get(
    "get_service_token",
    "service-tokens/{token_id}",
    handler="service_tokens.get",
    permission="service_tokens:write",
)
service_tokens.post(
    "create_service_token",
    "service-tokens",
    handler="service_tokens.create",
    permission="service_tokens:write",
    stored=False,
)
service_tokens.delete(
    "revoke_service_token",
    "service-tokens/{token_id}",
    handler="service_tokens.revoke",
    permission="service_tokens:write",
)
