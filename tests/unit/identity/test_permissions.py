"""The table of roles: each may do all that the next one below may, and more."""

from __future__ import annotations

from itertools import pairwise

from shared.identity.permissions import ROLE_PERMISSIONS, Permission, Role


def test_each_role_may_do_more_than_the_one_below() -> None:
    """Who may give which role is compared by permissions, so the roles must stand in a line."""
    for above, below in pairwise(Role):
        assert ROLE_PERMISSIONS[above] > ROLE_PERMISSIONS[below]


def test_the_owner_may_do_everything() -> None:
    assert ROLE_PERMISSIONS[Role.OWNER] == set(Permission)
