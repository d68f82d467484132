"""The staff's own messengers: one-time codes that link them."""

from functions._endpoints import Endpoints
from shared.api.endpoint import SIGNED_IN_USER

messenger_links = Endpoints("messenger links")

_OWN = "users/me/messenger-link"
_OF = "users/{user_id}/messenger-link"

messenger_links.get("get_own_messenger", _OWN, handler="messenger_links.get_own", permission=SIGNED_IN_USER)
messenger_links.post(
    "link_own_messenger", _OWN, handler="messenger_links.create_own", permission=SIGNED_IN_USER, stored=False
)
messenger_links.delete(
    "unlink_own_messenger", _OWN, handler="messenger_links.delete_own", permission=SIGNED_IN_USER
)
messenger_links.get("get_messenger", _OF, handler="messenger_links.get", permission="users:read")
messenger_links.post(
    "link_messenger", _OF, handler="messenger_links.create", permission="users:write", stored=False
)
messenger_links.delete("unlink_messenger", _OF, handler="messenger_links.delete", permission="users:write")
