"""How a failing model is left alone, by a clock that the test moves."""

from __future__ import annotations

import pytest

from shared.runtime.model.breaker import ModelBreaker
from shared.runtime.model.failures import FailureReason, ModelFailed

BROKEN = ModelFailed(FailureReason.SERVER_ERROR)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> ModelBreaker:
    return ModelBreaker(limit=2, rest=30, clock=clock)


def is_resting(breaker: ModelBreaker) -> bool:
    try:
        breaker.admit()
    except ModelFailed as failure:
        return failure.reason is FailureReason.RESTING
    return False


def test_failures_in_a_row_open_it(breaker: ModelBreaker) -> None:
    breaker.failed(BROKEN)
    assert not is_resting(breaker)
    breaker.failed(BROKEN)
    assert is_resting(breaker)


def test_a_success_between_failures_begins_the_count_anew(breaker: ModelBreaker) -> None:
    breaker.failed(BROKEN)
    breaker.succeeded()
    breaker.failed(BROKEN)
    assert not is_resting(breaker)


def test_one_probe_goes_through_after_the_rest(breaker: ModelBreaker, clock: Clock) -> None:
    breaker.failed(BROKEN)
    breaker.failed(BROKEN)
    clock.now += 31
    assert [is_resting(breaker) for _ in range(3)] == [False, True, True]
    breaker.succeeded()
    assert not is_resting(breaker)


def test_it_waits_as_long_as_it_is_told_and_no_longer_than_sense(breaker: ModelBreaker, clock: Clock) -> None:
    breaker.failed(ModelFailed(FailureReason.RATE_LIMITED, rest=7))
    assert is_resting(breaker)
    clock.now += 8
    assert not is_resting(breaker)
    breaker.failed(ModelFailed(FailureReason.QUOTA, rest=1e9))
    clock.now += 301
    assert not is_resting(breaker)


@pytest.mark.parametrize("reason", [FailureReason.UNGROUNDED, FailureReason.NO_TIME, FailureReason.CONTENT_FILTER])
def test_what_is_about_one_turn_is_not_held_against_the_model(breaker: ModelBreaker, reason: FailureReason) -> None:
    for _ in range(5):
        breaker.failed(ModelFailed(reason))
    assert not is_resting(breaker)
