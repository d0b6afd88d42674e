"""What can happen to a change, all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import FINAL, MOVES, OPEN, Move, State, after
from tests.bot.store.builders import change

# One row for each state: every move that it allows, written out a second time on purpose.
TABLE = {
    State.REQUESTED: {Move.REFUSE: State.REFUSED, Move.ASK: State.WAITING, Move.ALLOW: State.APPROVED},
    State.WAITING: {
        Move.APPROVE: State.APPROVED,
        Move.REJECT: State.REJECTED,
        Move.WITHDRAW: State.WITHDRAWN,
        Move.EXPIRE: State.EXPIRED,
        Move.SUPERSEDE: State.SUPERSEDED,
        Move.VOID: State.VOID,
        Move.RESCHEDULE: State.WAITING,
    },
    State.APPROVED: {
        Move.SCHEDULE: State.SCHEDULED,
        Move.WITHDRAW: State.WITHDRAWN,
        Move.SUPERSEDE: State.SUPERSEDED,
        Move.VOID: State.VOID,
        Move.BEGIN: State.APPLYING,
    },
    State.SCHEDULED: {
        Move.COME_DUE: State.APPROVED,
        Move.RESCHEDULE: State.SCHEDULED,
        Move.WITHDRAW: State.WITHDRAWN,
        Move.SUPERSEDE: State.SUPERSEDED,
        Move.VOID: State.VOID,
    },
    State.AT_PROVIDER: {
        Move.BEGIN: State.APPLYING,
        Move.REJECT: State.REJECTED,
        Move.WITHDRAW: State.WITHDRAWN,
        Move.EXPIRE: State.EXPIRED,
        Move.VOID: State.VOID,
        Move.FAIL: State.FAILED,
    },
    State.APPLYING: {
        Move.WAIT_AT_PROVIDER: State.AT_PROVIDER,
        Move.SUCCEED: State.APPLIED,
        Move.FAIL: State.FAILED,
        Move.VOID: State.VOID,
        Move.LOSE: State.UNKNOWN,
    },
    State.UNKNOWN: {Move.SUCCEED: State.APPLIED, Move.FAIL: State.FAILED},
}

OVER = {
    State.REFUSED,
    State.REJECTED,
    State.WITHDRAWN,
    State.EXPIRED,
    State.SUPERSEDED,
    State.VOID,
    State.APPLIED,
    State.FAILED,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", Move)
def test_every_state_and_every_move(state: State, move: Move) -> None:
    assert after(state, move) == TABLE.get(state, {}).get(move)


def test_what_is_over_has_no_way_out() -> None:
    assert FINAL == OVER
    assert all(after(state, move) is None for state in FINAL for move in Move)


def test_every_state_can_be_reached_and_every_move_leads_somewhere() -> None:
    assert set(MOVES.values()) | {State.REQUESTED} == set(State)
    assert {move for _, move in MOVES} == set(Move)


def test_what_is_open_is_not_over_and_scheduled_is_neither() -> None:
    assert not OPEN & FINAL
    assert set(State) - OPEN - FINAL == {State.REQUESTED, State.SCHEDULED}


@given(st.lists(st.sampled_from(Move), max_size=40))
def test_no_walk_leaves_the_table_or_applies_twice(moves: list[Move]) -> None:
    state, applied = State.REQUESTED, 0
    for move in moves:
        following = after(state, move)
        if following is None:
            continue
        assert state not in FINAL
        assert (following is state) is (move is Move.RESCHEDULE)
        assert following is not State.APPLIED or state in (State.APPLYING, State.UNKNOWN)
        applied += following is State.APPLIED
        state = following
    assert applied <= 1


def test_nothing_is_applied_that_was_not_approved() -> None:
    into_applying = {state for (state, _), following in MOVES.items() if following is State.APPLYING}
    assert into_applying == {State.APPROVED, State.AT_PROVIDER}


@pytest.mark.parametrize("state", State)
def test_a_change_knows_whether_it_stands_in_the_way(state: State) -> None:
    assert replace(change(), state=state).is_open is (state in OPEN)


def test_a_change_has_a_short_name_for_people() -> None:
    assert change(number=142).label == "ch-142"
