"""What each role may do: the one table that the gate, the documentation and the tests read."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ROLE_PERMISSIONS", "Permission", "Role", "roles_with"]


class Role(StrEnum):
    """What a user is in the company; the database knows the same four."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What an endpoint asks for; ``write`` does not contain ``read``."""

    COMPANY_READ = "company:read"
    COMPANY_WRITE = "company:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    AUDIT_READ = "audit:read"
    SERVICE_TOKENS_WRITE = "service_tokens:write"
    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    CITIES_READ = "cities:read"
    CITIES_WRITE = "cities:write"
    BOTS_READ = "bots:read"
    BOTS_WRITE = "bots:write"
    PROMPTS_READ = "prompts:read"
    PROMPTS_WRITE = "prompts:write"
    ESCALATIONS_READ = "escalations:read"
    ESCALATIONS_WRITE = "escalations:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_ERASE = "customers:erase"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    DIALOGS_READ = "dialogs:read"
    FAILURES_READ = "failures:read"
    FAILURES_WRITE = "failures:write"
    ANALYTICS_READ = "analytics:read"
    ANALYTICS_WRITE = "analytics:write"


_VIEWER = frozenset(
    {
        Permission.COMPANY_READ,
        Permission.PRODUCTS_READ,
        Permission.CITIES_READ,
        Permission.BOTS_READ,
        Permission.PROMPTS_READ,
        Permission.ESCALATIONS_READ,
        Permission.ORDERS_READ,
        Permission.CUSTOMERS_READ,
        Permission.ALERTS_READ,
        Permission.DIALOGS_READ,
        Permission.FAILURES_READ,
        Permission.ANALYTICS_READ,
    }
)
_MANAGER = _VIEWER | {
    Permission.PRODUCTS_WRITE,
    Permission.ESCALATIONS_WRITE,
    Permission.ORDERS_WRITE,
    Permission.CUSTOMERS_WRITE,
    Permission.ALERTS_WRITE,
    Permission.ANALYTICS_WRITE,
}
_OWNER = frozenset(Permission)
_ADMIN = _OWNER - {Permission.COMPANY_WRITE, Permission.SERVICE_TOKENS_WRITE}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _OWNER,
    Role.ADMIN: _ADMIN,
    Role.MANAGER: _MANAGER,
    Role.VIEWER: _VIEWER,
}
"""The owner may do everything; an admin all but the company itself and its machine clients; a manager serves
shoppers and keeps the goods; a viewer looks."""


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that have a permission, the mightiest first."""
    return tuple(role for role in Role if permission in ROLE_PERMISSIONS[role])
