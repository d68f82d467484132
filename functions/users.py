"""The company's users."""

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
