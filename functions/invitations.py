"""Invitations: how people join a company."""

from functions._endpoints import Endpoints

invitations = Endpoints("invitations")

invitations.get("list_invitations", "invitations", handler="invitations.list", permission="users:read")
invitations.get("get_invitation", "invitations/{invitation_id}", handler="invitations.get", permission="users:read")
invitations.post(
    "create_invitation", "invitations", handler="invitations.create", permission="users:write", stored=False
)
invitations.delete(
    "revoke_invitation", "invitations/{invitation_id}", handler="invitations.revoke", permission="users:write"
)
