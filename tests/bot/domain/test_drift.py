"""What counts as drift: every case of what is known, what is served and what is under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import Change, State
from bot.domain.drift import (
    SETTLING,
    Baseline,
    Drift,
    Ending,
    Finding,
    Source,
    baseline_of,
    edited_in_place,
    explains,
    is_live,
    judge,
    made_live,
    restorable,
    tells,
)
from bot.domain.live_state import LiveState, Nothing, Off, One, Split
from bot.domain.provider_approvals import Moved
from tests.handlers.messages.samples import NEW, PRODUCTION, PROJECT, change

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

W, X, V = (LiveState(One(f"config_{each}", f"config_{each}", each)) for each in "wxv")
EDITED = LiveState(One("config_w", "config_w/2", "w"))
NOTHING, OFF = LiveState(Nothing()), LiveState(Off())
SPLIT = LiveState(Split((("config_w", 50_000), ("config_x", 50_000))))


def known(served: LiveState = W, source: Source = Source.APPLIED, at: datetime = NOON) -> Baseline:
    return Baseline(*PROJECT.key, PRODUCTION.id, served, at, source)


def told(now: LiveState = V, was: LiveState = W) -> Drift:
    return Drift("dr_1", PROJECT, PRODUCTION, known(was), now, NOON + MINUTE)


def found(served: LiveState, baseline: Baseline | None, **more: Any) -> Finding:
    facts = {"looked_at": NOON + 5 * MINUTE, "under_way": None, "told": None} | more
    return judge(baseline, served, **facts)


def test_where_nothing_is_known_what_is_there_is_only_remembered() -> None:
    assert found(W, None) is Finding.FIRST
    assert found(W, None, under_way=change(state=State.APPLYING)) is Finding.FIRST


@pytest.mark.parametrize("served", [W, NOTHING, OFF, SPLIT])
def test_what_is_as_it_was_is_calm(served: LiveState) -> None:
    assert found(served, known(served)) is Finding.CALM


def test_a_new_name_is_no_drift() -> None:
    assert found(LiveState(One("config_w", "config_w", "w, the good one")), known()) is Finding.CALM


@pytest.mark.parametrize(
    "served",
    [V, EDITED, NOTHING, OFF, SPLIT, replace(W, winning_rules=1)],
    ids=["another config", "edited in place", "nothing", "switched off", "split", "a rule that wins"],
)
def test_anything_else_is_drift(served: LiveState) -> None:
    for source in Source:
        assert found(served, known(source=source)) is Finding.DRIFTED


def test_a_drift_that_is_told_is_not_told_again() -> None:
    assert found(V, known(), told=told(V)) is Finding.CALM


def test_a_drift_that_goes_on_is_told_anew() -> None:
    assert found(X, known(), told=told(V)) is Finding.MOVED_ON


def test_a_drift_ends_when_what_was_right_is_live_again() -> None:
    assert found(W, known(), told=told(V)) is Finding.BACK


@pytest.mark.parametrize("state", [State.AT_PROVIDER, State.UNKNOWN])
def test_what_a_change_wanted_whose_outcome_is_open_is_waited_for(state: State) -> None:
    wanted = change(state=state)
    assert found(made_live(wanted), known(), under_way=wanted) is Finding.WAIT
    assert found(V, known(), under_way=wanted) is Finding.DRIFTED, "that is not what it wanted"


def test_while_a_change_is_applied_nothing_is_told() -> None:
    assert found(V, known(), under_way=change(state=State.APPLYING)) is Finding.WAIT


@pytest.mark.parametrize("state", [State.WAITING, State.APPROVED])
def test_a_change_that_sent_nothing_yet_explains_nothing(state: State) -> None:
    wanted = change(state=state)
    assert found(made_live(wanted), known(), under_way=wanted) is Finding.DRIFTED


@pytest.mark.parametrize(("source", "waits"), [(Source.APPLIED, True), (Source.ADOPTED, True), (Source.SEEN, False)])
def test_what_was_made_right_after_the_look_or_just_before_it_is_waited_for(source: Source, waits: bool) -> None:
    finding = Finding.WAIT if waits else Finding.DRIFTED
    assert found(V, known(source=source, at=NOON), looked_at=NOON - MINUTE) is finding
    assert found(V, known(source=source, at=NOON), looked_at=NOON + SETTLING / 2) is finding
    assert found(V, known(source=source, at=NOON), looked_at=NOON + SETTLING) is Finding.DRIFTED


served_things = st.sampled_from([W, X, V, EDITED, NOTHING, OFF, SPLIT, replace(X, winning_rules=2)])
baselines = st.none() | st.builds(
    known, served_things, st.sampled_from(Source), st.just(NOON) | st.just(NOON + 10 * MINUTE)
)


@given(
    baselines,
    served_things,
    st.none() | st.builds(lambda state: change(state=state), st.sampled_from(State)),
    st.none() | st.builds(told, served_things, served_things),
)
def test_it_never_speaks_of_what_is_right_nor_while_a_change_is_applied(
    baseline: Baseline | None, served: LiveState, under_way: Change | None, drift: Drift | None
) -> None:
    finding = found(served, baseline, under_way=under_way, told=drift)
    speaks = finding in (Finding.DRIFTED, Finding.MOVED_ON)
    assert (finding is Finding.FIRST) == (baseline is None)
    if baseline is not None and served.same_as(baseline.served):
        assert not speaks
    if under_way is not None and under_way.state is State.APPLYING:
        assert not speaks
    assert (finding is Finding.DRIFTED) <= (drift is None)
    assert (finding in (Finding.MOVED_ON, Finding.BACK)) <= (drift is not None)


def test_what_a_change_made_live_keeps_the_rules_that_win_over_it() -> None:
    base = replace(W, winning_rules=3)
    deployed = change(seen=replace(change().seen, base=base))
    assert made_live(deployed) == LiveState(One(NEW.id, NEW.content_version, NEW.name), 3)
    assert made_live(replace(deployed, target=Nothing())) == LiveState(Nothing(), 3)


def test_what_a_change_wanted_is_live_whatever_rules_win_over_it() -> None:
    wanted = change()
    assert is_live(wanted, replace(made_live(wanted), winning_rules=7))
    assert not is_live(wanted, V)
    assert not is_live(wanted, None), "what cannot be read is not taken for live"
    assert is_live(change(target=Nothing()), NOTHING)
    assert not is_live(change(target=Nothing()), OFF)


def test_an_applied_change_makes_right_what_it_made_live() -> None:
    applied = change(state=State.APPLIED, applied_at=NOON)
    assert baseline_of(applied) == Baseline(
        *PROJECT.key, PRODUCTION.id, made_live(applied), NOON, Source.APPLIED, applied.id
    )


@pytest.mark.parametrize(
    ("was", "now", "can"),
    [
        (W, V, True),
        (W, NOTHING, True),
        (W, OFF, True),
        (W, SPLIT, True),
        (NOTHING, V, True),
        (NOTHING, SPLIT, True),
        (NOTHING, OFF, False),
        (NOTHING, replace(NOTHING, winning_rules=1), False),
        (W, EDITED, False),
        (W, replace(W, winning_rules=1), False),
        (OFF, V, False),
        (SPLIT, V, True),
        (SPLIT, NOTHING, True),
        (SPLIT, LiveState(Split((("config_w", 10_000), ("config_x", 90_000)))), True),
        (SPLIT, replace(SPLIT, winning_rules=1), False),
    ],
)
def test_what_can_be_made_live_again_by_a_change(was: LiveState, now: LiveState, can: bool) -> None:
    assert restorable(was, now) is can


def test_an_edit_in_place_is_told_apart() -> None:
    assert edited_in_place(W, EDITED)
    assert not edited_in_place(W, V)
    assert not edited_in_place(W, NOTHING)
    assert not edited_in_place(NOTHING, W)
    assert not edited_in_place(W, replace(W, winning_rules=1))


def test_a_move_from_before_is_not_the_one_that_is_told() -> None:
    this, before = Moved(NOON + MINUTE, "ada@acorn.example"), Moved(NOON - MINUTE, "ravi@acorn.example")
    assert explains(this, known()) is this
    assert explains(before, known()) is None
    assert explains(None, known()) is None


def test_a_message_tells_another_drift_as_long_as_both_are_the_same_edit() -> None:
    lead, other = told(EDITED), replace(told(EDITED), id="dr_2", lead="dr_1")
    assert tells(lead, other)
    assert not tells(lead, replace(other, lead=""))
    assert not tells(lead, replace(other, now=V))
    assert not tells(replace(lead, now=V), other)
    assert not tells(replace(lead, ended_as=Ending.BACK), other)


def test_a_place_is_provider_project_and_environment() -> None:
    assert known().place == (*PROJECT.key, PRODUCTION.id)
