"""When the functions host replaces a process of its own that ended, and when it gives up."""

from __future__ import annotations

import pytest

from infra.local.host.supervisor import FAILED_STARTS_ALLOWED, LONG_LIFE, LONGEST_PAUSE, RestartPolicy


@pytest.mark.parametrize("was_ready", [True, False])
def test_a_process_that_is_killed_is_replaced_for_ever_but_later_and_later(was_ready: bool) -> None:
    policy = RestartPolicy()

    pauses = [policy.pause_after(killed=True, was_ready=was_ready, lived=0.5) for _ in range(100)]

    assert all(pause is not None for pause in pauses)
    assert sum(pause or 0 for pause in pauses[:3]) < 5
    assert pauses == sorted(pauses, key=lambda pause: pause or 0)
    assert pauses[-1] == LONGEST_PAUSE


def test_a_process_that_ends_by_itself_after_its_work_began_is_replaced_for_ever() -> None:
    policy = RestartPolicy()

    assert all(policy.pause_after(killed=False, was_ready=True, lived=1) is not None for _ in range(100))


def test_a_process_that_cannot_begin_is_given_up() -> None:
    policy = RestartPolicy()

    pauses = [policy.pause_after(killed=False, was_ready=False, lived=1) for _ in range(FAILED_STARTS_ALLOWED)]

    assert [pause is None for pause in pauses] == [False] * (FAILED_STARTS_ALLOWED - 1) + [True]


def test_kills_among_failed_starts_do_not_hide_them_and_work_that_began_forgives_them() -> None:
    policy = RestartPolicy()
    failed, killed, killed_at_work = (False, False), (True, False), (True, True)

    ends = [failed, killed, failed, killed_at_work, failed, killed, failed, failed]
    pauses = [policy.pause_after(killed=kill, was_ready=ready, lived=1) for kill, ready in ends]

    assert [pause is None for pause in pauses] == [False] * 7 + [True]


def test_a_long_life_makes_the_next_pause_short_again() -> None:
    policy = RestartPolicy()
    for _ in range(20):
        policy.pause_after(killed=True, was_ready=True, lived=1)

    after_long = policy.pause_after(killed=True, was_ready=True, lived=LONG_LIFE)

    assert after_long is not None
    assert after_long < 1
