from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Change, Event, Kind, State
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.live_state import LiveState, Split
from bot.domain.notices import ChangeView
from bot.domain.outcomes import Applied, AtProvider, ConfirmReplacesRollout, Failed, NotWithdrawn, Rejected, Withdrawn
from bot.domain.provider_approvals import Gate
from handlers.messages import card, lines_of, outcome
from handlers.messages.blocks import link
from handlers.messages.words import EVENTS
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import NOW, PRODUCTION, change, in_state

GATE = Gate("66b0", "https://ld.test/projects/shop/ai-configs/support-reply/targeting?env=production")
WEIGHTS = Split((("warm", 90_000), ("", 10_000)))


def waiting(gate: Gate | None = GATE) -> Change:
    return replace(in_state(State.AT_PROVIDER), gate=gate)


def test_a_card_that_waits_at_the_provider_links_the_request_and_says_what_happens_then() -> None:
    shown = card(ChangeView(waiting()), now=NOW)
    said = read(shown)
    assert "Waiting for approval at the provider" in said
    assert f"<{GATE.link}|Review it there>: request `66b0`" in said
    assert {"Check now", "Withdraw"} <= set(buttons(shown))
    assert not {"Approve", "Reject"} & set(buttons(shown))


def test_a_card_whose_request_is_being_made_says_so() -> None:
    assert "I'm asking for it" in read(card(ChangeView(waiting(None)), now=NOW))


def test_whoever_asks_is_told_that_it_waits_and_why_it_could_not_be_looked_at() -> None:
    problem = Problem(Fault.UNAVAILABLE, "launchdarkly", "reading approval request 66b0", 503)
    for came, more in ((AtProvider(waiting()), False), (AtProvider(waiting(), problem), True)):
        shown = outcome(came, drafts={})
        assert "is waiting for an approval at" in shown.text
        assert ("is having problems" in shown.text) is more
    asking = outcome(AtProvider(waiting(None), problem), drafts={})
    assert "I couldn't finish asking for it just now: `launchdarkly` is having problems" in asking.text


@pytest.mark.parametrize(("gate", "linked"), [(GATE, True), (None, False)], ids=["requested", "perhaps requested"])
def test_a_request_that_may_be_left_at_a_provider_that_is_gone_is_told(gate: Gate | None, linked: bool) -> None:
    shown = outcome(Withdrawn(replace(in_state(State.WITHDRAWN), gate=gate), request_left=True), drafts={})
    for words in (shown.text, read(shown)):
        assert "`ch-142` was withdrawn" in words
        assert "`humanloop` is no longer set up here" in words
        assert "may still stand there" in words
        assert ("Review it there" in words) is linked
    assert "may still stand" not in outcome(Withdrawn(in_state(State.WITHDRAWN)), drafts={}).text


@pytest.mark.parametrize(("gate", "declines"), [(GATE, True), (None, False)], ids=["requested", "perhaps requested"])
def test_what_could_not_be_withdrawn_says_that_it_still_waits_and_what_to_do(gate: Gate | None, declines: bool) -> None:
    problem = Problem(Fault.UNAVAILABLE, "launchdarkly", "withdrawing approval request 66b0", 503)
    shown = outcome(NotWithdrawn(waiting(gate), problem), drafts={})
    for words in (shown.text, read(shown)):
        assert "`ch-142` is not withdrawn" in words
        assert "so it still waits there" in words
        assert "`launchdarkly` is having problems (HTTP 503)." in words
        assert "Withdraw it again in a few minutes." in words
        assert ("decline the request there" in words) is declines
        assert "failed" not in words
    assert list(buttons(shown)) == ["Show"]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"reviewer": "ravi@shop.example", "wrote": "not <!here> on a Friday"}, "`ravi@shop.example` declined the"),
        ({}, "Somebody declined the approval that the provider requires."),
    ],
)
def test_what_was_declined_there_says_by_whom_and_why(facts: dict[str, str], says: str) -> None:
    why = Reason(Code.GATE_DECLINED, ResolvableBy.NOBODY, facts)
    declined = replace(in_state(State.REJECTED), reasons=(why,), gate=GATE)
    shown = card(ChangeView(declined), now=NOW)
    check(shown)
    said = read(shown)
    assert says in said
    check(outcome(Rejected(declined), drafts={}))


def test_what_was_in_the_way_of_a_failure_is_told_with_it() -> None:
    failed = replace(in_state(State.FAILED), reasons=(Reason(Code.GUARDED_ROLLOUT, ResolvableBy.OPERATOR),))
    assert "A guarded rollout is under way there." in read(card(ChangeView(failed), now=NOW))
    assert failed.problem is not None
    check(outcome(Failed(failed.problem, failed), drafts={}))


def test_weights_that_are_put_back_stand_where_a_config_would() -> None:
    undone = replace(in_state(State.APPLIED), kind=Kind.UNDO, target=WEIGHTS)
    said = read(card(ChangeView(undone), now=NOW))
    assert "→ split: `warm` 90 %, nothing 10 %" in said
    told = outcome(Applied(undone), drafts={}).text
    assert told.startswith("split: `warm` 90 %, nothing 10 % of ")


def test_weights_that_would_be_given_up_are_named_and_asked_about() -> None:
    change_request = ChangeRequest(Kind.DEPLOY, change().project, PRODUCTION, change().target)
    question = ConfirmReplacesRollout(Kind.DEPLOY, change().project, PRODUCTION, LiveState(WEIGHTS), change_request)
    assert lines_of(question) == (change_request,)
    asked = outcome(question, drafts={change_request: "draft-1"})
    assert "split: `warm` 90 %, nothing 10 %" in asked.text
    assert list(buttons(asked)) == ["Replace the split"]
    without = outcome(question, drafts={})
    assert list(buttons(without)) == []


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://ld.test/a|b", "https://ld.test/>x", ""])
def test_an_address_that_is_none_is_no_link(address: str) -> None:
    assert "<" not in link(address, "Review it there")


def test_history_tells_what_happened_there() -> None:
    assert EVENTS[Event.AT_PROVIDER].endswith(".")
    assert EVENTS[Event.DECLINED].endswith(".")
