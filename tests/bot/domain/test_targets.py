"""What a change makes live is stated, and fits its kind: a target is never nothing by accident."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import Kind, can_ask_for, fits
from bot.domain.errors import Code
from bot.domain.facts import Allowed, Application, Denied, NeedsApproval, Request
from bot.domain.live_state import Nothing, Split
from bot.domain.policies import decide
from bot.domain.targets import LiveIn, PreviouslyLive, Target, UnresolvedTarget
from tests.bot.domain.test_policies import CONFIG_X, application, codes, request, whatever
from tests.bot.store.builders import STAGING, change

WEIGHTS = Split((("a", 50_000), ("b", 50_000)))
TARGETS: dict[str, Target] = {"config": CONFIG_X, "split": WEIGHTS, "nothing": Nothing()}
TO_LOOK_UP: dict[str, UnresolvedTarget] = {"live in": LiveIn(STAGING), "previously live": PreviouslyLive()}

FITTING = {
    Kind.DEPLOY: {"config"},
    Kind.PROMOTE: {"config"},
    Kind.ROLLBACK: {"config", "split"},
    Kind.UNDO: {"config", "split", "nothing"},
    Kind.DEACTIVATE: {"nothing"},
}
ASKABLE = FITTING | {Kind.PROMOTE: {"live in"}, Kind.ROLLBACK: {"config", "split", "previously live"}}


@pytest.mark.parametrize(("kind", "name"), [*product(Kind, TARGETS)])
def test_every_kind_makes_live_what_fits_it_and_nothing_else(kind: Kind, name: str) -> None:
    right = name in FITTING[kind]
    assert fits(kind, TARGETS[name]) is right
    assert change(kind=kind, target=TARGETS[name]).is_fit is right
    expected = [] if right else [Code.TARGET_UNFIT]
    assert codes(decide(request(kind=kind, target=TARGETS[name]))) == expected
    assert codes(decide(application(kind=kind, target=TARGETS[name]))) == expected


@pytest.mark.parametrize(("kind", "name"), [*product(Kind, TARGETS | TO_LOOK_UP)])
def test_every_kind_is_asked_for_with_what_fits_it_or_leads_to_that(kind: Kind, name: str) -> None:
    assert can_ask_for(kind, (TARGETS | TO_LOOK_UP)[name]) is (name in ASKABLE[kind])


def test_a_deploy_that_names_nothing_is_refused() -> None:
    assert codes(decide(request(target=Nothing()))) == [Code.TARGET_UNFIT]
    assert codes(decide(request(target=None))) == [Code.TARGET_UNFIT]
    assert codes(decide(application(target=Nothing(), target_version=None))) == [Code.TARGET_UNFIT]


@given(st.from_type(Request) | st.from_type(Application), st.sampled_from(Kind), st.sampled_from([*TARGETS.values()]))
@whatever
def test_an_unfit_pair_is_never_allowed_and_never_waits(
    facts: Request | Application, kind: Kind, target: Target
) -> None:
    answer = decide(replace(facts, kind=kind, target=target))
    if not fits(kind, target):
        assert not isinstance(answer, Allowed | NeedsApproval)
        assert Code.TARGET_UNFIT in codes(answer)
    assert isinstance(answer, Allowed | NeedsApproval | Denied)
