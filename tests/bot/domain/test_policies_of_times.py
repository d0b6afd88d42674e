"""May it be scheduled, moved, applied at this time? What the policy says about when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actors import Standing
from bot.domain.changes import RESTORES, Kind, State
from bot.domain.errors import Code
from bot.domain.facts import Allowed, NeedsApproval, OpenChange, Rescheduling, Timing
from bot.domain.live_state import Nothing
from bot.domain.policies import decide
from bot.domain.times import FARTHEST, GRACE, Due
from tests.bot.domain.test_policies import OPEN, application, codes, request
from tests.bot.store.builders import ADA, DAY, MINUTE, MIRA, NOON, RAVI


def due(after: timedelta) -> Due:
    return Due(NOON + after, "as typed", "Europe/Madrid")


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (SECOND, []),
        (FARTHEST, []),
        (timedelta(0), [Code.TIME_PASSED]),
        (-DAY, [Code.TIME_PASSED]),
        (FARTHEST + SECOND, [Code.TIME_TOO_FAR]),
    ],
)
def test_what_is_scheduled_is_still_to_come_and_not_too_far_away(after: timedelta, found: list[Code]) -> None:
    assert codes(decide(request(due=due(after)))) == found
    assert codes(decide(request(due=due(after), rule=OPEN))) == found
    assert codes(decide(Timing(due(after), NOON))) == found
    assert codes(decide(moving(to=due(after)))) == found


def test_a_time_changes_nothing_about_who_has_to_approve() -> None:
    assert isinstance(decide(request(due=due(DAY))), NeedsApproval)
    assert isinstance(decide(request(due=due(DAY), rule=OPEN)), Allowed)


@pytest.mark.parametrize("kind", sorted(RESTORES))
def test_what_restores_later_takes_no_other_change_away_now(kind: Kind) -> None:
    waiting = OpenChange("ch-b", 7, Kind.DEPLOY, State.WAITING)
    target = {"target": Nothing()} if kind is Kind.DEACTIVATE else {}
    assert Code.OPEN_CHANGE not in codes(decide(request(kind=kind, open_change=waiting, **target)))
    assert codes(decide(request(kind=kind, open_change=waiting, due=due(DAY), **target))) == [Code.OPEN_CHANGE]


@given(st.integers(-3_600, 7_200))
def test_nothing_is_applied_long_after_its_time(seconds: int) -> None:
    late = timedelta(seconds=seconds)
    assert codes(decide(application(late=late))) == ([Code.DUE_MISSED] if late > GRACE else [])


# moving


def moving(**different: Any) -> Rescheduling:
    """Ada would move a scheduled change, which Ravi approved, to tomorrow."""
    values: dict[str, Any] = {
        "actor": ADA,
        "requester": ADA,
        "approvers": frozenset({RAVI.key}),
        "state": State.SCHEDULED,
        "due": due(MINUTE),
        "to": due(DAY),
        "expires_at": NOON,
        "now": NOON,
    }
    return Rescheduling(**(values | different))


def test_who_asked_and_who_approved_move_a_change() -> None:
    assert isinstance(decide(moving()), Allowed)
    assert isinstance(decide(moving(actor=RAVI)), Allowed)
    assert codes(decide(moving(actor=MIRA))) == [Code.NOT_INVOLVED]


@pytest.mark.parametrize("state", State)
def test_only_what_is_not_begun_is_moved(state: State) -> None:
    allowed = state in (State.WAITING, State.SCHEDULED)
    assert codes(decide(moving(state=state, expires_at=NOON + MINUTE))) == ([] if allowed else [Code.TOO_LATE])
    assert codes(decide(moving(state=state, due=None))) == [Code.NOT_SCHEDULED]


def test_what_waited_too_long_is_not_moved() -> None:
    assert codes(decide(moving(state=State.WAITING))) == [Code.EXPIRED]
    assert isinstance(decide(moving(state=State.WAITING, expires_at=None)), Allowed)


def test_who_lost_the_right_moves_nothing() -> None:
    assert codes(decide(moving(actor=replace(ADA, standing=Standing.GUEST)))) == [Code.GUEST]
