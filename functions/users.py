"""The company's users, invitations, machine clients, and the audit log."""

from functions._endpoints import Endpoints

users = Endpoints("users")

users.get("list_users", "users", handler="users.list", permission="users:read")
users.post("create_user", "users", handler="users.create", permission="users:write")
users.get("get_user", "users/{user_id}", handler="users.get", permission="users:read")
users.patch("update_user", "users/{user_id}", handler="users.update", permission="users:write")
users.delete("delete_user", "users/{user_id}", handler="users.delete", permission="users:write")
users.post(
    "issue_reset_link",
    "users/{user_id}/reset-link",
    handler="passwords.issue",
    permission="users:write",
    stored=False,
)

invitations = Endpoints("invitations")

invitations.get("list_invitations", "invitations", handler="invitations.list", permission="users:read")
invitations.post(
    "create_invitation", "invitations", handler="invitations.create", permission="users:write", stored=False
)
invitations.delete(
    "revoke_invitation", "invitations/{invitation_id}", handler="invitations.revoke", permission="users:write"
)

service_tokens = Endpoints("service tokens")

service_tokens.get(
    "list_service_tokens", "service-tokens", handler="service_tokens.list", permission="service_tokens:write"
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

audit = Endpoints("audit")

audit.get("list_audit_entries", "audit", handler="audit.list", permission="audit:read")
