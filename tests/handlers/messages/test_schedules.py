"""Changes with a time of their own, as people read about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.changes import FINAL, Change, Event, Kind, State
from bot.domain.contents import diff
from bot.domain.errors import Code
from bot.domain.facts import Allowed, Answer, Denied, NeedsApproval
from bot.domain.live_state import Nothing
from bot.domain.notices import ChangeView, HistoryView
from bot.domain.outcomes import AwaitingApproval, Explanation, Rescheduled, Scheduled
from bot.domain.times import Due, Oddity
from bot.domain.views import BoardCell, ChangeDetail, ChangeList
from handlers import messages
from handlers.messages import Message, refusals
from handlers.messages.boards import cell_line, change_list, explanation
from handlers.messages.plain import plain_text
from tests.handlers.messages import samples
from tests.handlers.messages.checking import check, check_view
from tests.handlers.messages.reading import buttons
from tests.handlers.messages.samples import ADA, NOW, RAVI, change, entry, in_state, reason

DUE = Due(datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "at 2026-12-01 9:00", "Europe/Madrid")
IN_WORDS = "Tuesday 1 December 2026, 09:00 (Europe/Madrid)"
FOR_YOU = "<!date^1796112000^{date_short_pretty} {time}|2026-12-01 08:00 UTC>"


def timed(state: State = State.SCHEDULED, due: Due = DUE) -> Change:
    return replace(in_state(state), due=due)


def card(shown: Change) -> Message:
    made = messages.card(ChangeView(shown), now=NOW)
    check(made)
    return made


def whole(message: Message) -> str:
    return f"{message.text} {plain_text(message)}"


@pytest.mark.parametrize("state", State)
def test_a_card_says_when_in_words_and_for_its_reader(state: State) -> None:
    made = card(timed(state))
    assert IN_WORDS in made.text
    assert FOR_YOU in made.text
    assert "As typed: at 2026-12-01 9:00." in plain_text(made)
    assert "When:" not in whole(card(in_state(state)))


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (State.WAITING, {"Move", "Withdraw"}),
        (State.SCHEDULED, {"Move", "Withdraw"}),
        (State.APPROVED, {"Withdraw"}),
        (State.APPLYING, set()),
        (State.VOID, set()),
    ],
)
def test_it_can_be_moved_and_taken_back_until_it_is_begun(state: State, shown: set[str]) -> None:
    assert {"Move", "Withdraw"} & set(buttons(card(timed(state)))) == shown
    assert "Move" not in buttons(card(in_state(state)))


@pytest.mark.parametrize(
    ("oddity", "said"), [(Oddity.SKIPPED, "clocks go forward"), (Oddity.TWICE, "clocks go back"), (None, "")]
)
def test_what_daylight_saving_does_is_said(oddity: Oddity | None, said: str) -> None:
    made = whole(card(timed(due=replace(DUE, oddity=oddity))))
    assert said in made
    assert ("clocks" in made) is (oddity is not None)


def test_a_picked_time_has_no_words_to_repeat() -> None:
    assert "As typed" not in whole(card(timed(due=replace(DUE, words=""))))


@pytest.mark.parametrize("state", sorted(FINAL - {State.APPLIED}))
def test_asking_anew_reminds_of_the_time(state: State) -> None:
    assert "To ask again, with a new at TIME at the end: deploy" in plain_text(card(timed(state)))


def test_the_one_who_asks_is_told_when() -> None:
    made = messages.outcome(Scheduled(timed()), drafts={})
    check(made)
    assert made.text.startswith("`ch-142` is scheduled: deploy")
    assert IN_WORDS in made.text
    waiting = messages.outcome(AwaitingApproval(timed(State.WAITING), 0, 1, posted=True), drafts={})
    check(waiting)
    assert f"If it's approved in time, I'll apply it at: {IN_WORDS}" in waiting.text


@pytest.mark.parametrize(
    ("state", "then"), [(State.SCHEDULED, "I'll apply it then"), (State.WAITING, "It is still waiting for approval")]
)
def test_a_move_is_told_with_both_times(state: State, then: str) -> None:
    was = replace(DUE, at=DUE.at - timedelta(days=1))
    made = messages.outcome(Rescheduled(timed(state), was), drafts={})
    check(made)
    assert "was moved from Monday 30 November 2026, 09:00 (Europe/Madrid)" in made.text
    assert IN_WORDS in made.text
    assert then in made.text


# what did not work


@pytest.mark.parametrize(
    "state", [State.VOID, State.EXPIRED, State.REJECTED, State.FAILED, State.UNKNOWN, State.APPLIED]
)
def test_whoever_asked_is_told_in_the_channel_what_became_of_it(state: State) -> None:
    made = messages.missed(timed(state))
    check(made)
    assert made.text.startswith(f"<@{ADA.user_id}>, `ch-142` ")
    assert IN_WORDS in made.text
    assert set(buttons(made)) == {"Show"}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.VOID, "was not applied at its time"),
        (State.REJECTED, "was not applied at its time"),
        (State.EXPIRED, "Nobody decided in time"),
        (State.FAILED, "HTTP"),
        (State.UNKNOWN, "Look again and Close as failed are on its card."),
        (State.APPLIED, "is live after all"),
    ],
)
def test_what_became_of_it_reads_well(state: State, said: str) -> None:
    assert said in whole(messages.missed(timed(state)))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (Code.DUE_MISSED, "it is more than 15 minutes late"),
        (Code.DUE_UNAPPROVED, "It was still waiting for approval when its time came."),
        (Code.GATE_DECLINED, "Somebody declined the approval that the provider requires"),
        (Code.APPROVER_LOST, "An approver is no longer allowed to approve"),
    ],
)
def test_why_it_was_not_applied_is_said_with_what_to_do(code: Code, said: str) -> None:
    shown = replace(timed(State.VOID), reasons=(reason(code, minutes=15),))
    made = messages.missed(shown)
    check(made)
    assert said in made.text
    assert "To ask again, with a new at TIME at the end" in plain_text(made)
    ended = replace(timed(State.EXPIRED), reasons=(reason(code, minutes=15),))
    assert said in plain_text(card(ended))
    assert said in plain_text(messages.missed(ended))


def test_one_that_was_told_about_without_a_time_reads_well_too() -> None:
    check(messages.missed(in_state(State.VOID)))
    check(messages.outcome(Scheduled(in_state(State.SCHEDULED)), drafts={}))
    check_view(messages.move_modal(in_state(State.SCHEDULED)))


# threads, lists, the board, explanations


@pytest.mark.parametrize(
    ("event", "actor", "said"),
    [
        (Event.SCHEDULED, None, f"It is scheduled: {IN_WORDS}."),
        (Event.RESCHEDULED, RAVI, f"<@{RAVI.user_id}> moved it to another time: {IN_WORDS}."),
    ],
)
def test_the_thread_says_for_when(event: Event, actor: object, said: str) -> None:
    told = entry(event, actor, due=DUE.at.isoformat(), zone=DUE.zone)  # type: ignore[arg-type]  # facts as they are stored
    made = messages.history(HistoryView(told, timed()))
    check(made)
    assert made.text == f"`ch-142`: {said}"


@pytest.mark.parametrize(("state", "told"), [(State.WAITING, True), (State.SCHEDULED, True), (State.APPLIED, False)])
def test_lists_say_when_as_long_as_it_is_to_come(state: State, told: bool) -> None:
    made = change_list(ChangeList("changes", (timed(state),), 1, 1, "changes"), {})
    check(made)
    assert ("due 2026-12-01 08:00 UTC" in plain_text(made)) is told


def test_the_board_names_what_is_scheduled_the_next_first() -> None:
    one = BoardCell(samples.PRODUCTION, None, scheduled=(timed(),))
    assert cell_line(one).endswith(f"`ch-142` will make it `config_x`, due {FOR_YOU}")
    many = replace(one, scheduled=(timed(),) * 4)
    assert cell_line(many).endswith("and 2 more scheduled")
    pending = replace(one, scheduled=(), pending=timed(State.WAITING))
    assert cell_line(pending).endswith(f"waiting for approval, due {FOR_YOU}")


def test_one_change_whole_says_when_and_can_be_moved() -> None:
    detail = ChangeDetail(timed(), (), (), diff(None, None))
    made = messages.outcome(detail, drafts={})
    check(made)
    assert IN_WORDS in plain_text(made)
    assert {"Move", "Withdraw"} <= set(buttons(made))
    view = messages.review_modal(detail)
    check_view(view)
    assert IN_WORDS in str(view)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Allowed(change().seen.rule), f"I would schedule it for {IN_WORDS}. Decided by"),
        (
            NeedsApproval(change().seen.rule, 0, 1),
            f"it would wait for 1 approval, and I would apply it {IN_WORDS}. Decided",
        ),
        (Denied((reason(Code.ALREADY_LIVE),)), "I would refuse it, for 1 reason."),
    ],
)
def test_an_explanation_says_when(answer: Answer, said: str) -> None:
    shown = Explanation(
        "deploy x at 9:00",
        Kind.DEPLOY,
        change().project,
        change().environment,
        Nothing(),
        None,
        answer,
        DUE,
    )
    made = explanation(shown)
    check(made)
    assert said in made.text
    assert f"When: {IN_WORDS}" in plain_text(made)


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        (
            Code.TIME_PASSED,
            {"due": DUE.at.isoformat(), "zone": DUE.zone},
            f"{IN_WORDS} has already passed.",
        ),
        (
            Code.TIME_TOO_FAR,
            {"due": DUE.at.isoformat(), "zone": DUE.zone, "days": 90},
            f"{IN_WORDS} is more than 90 days away",
        ),
    ],
)
def test_a_wrong_time_is_refused_with_that_time(code: Code, facts: dict[str, Any], said: str) -> None:
    assert said in refusals.why(reason(code, **facts))


def test_the_form_that_moves_begins_with_the_time_of_now() -> None:
    view = messages.move_modal(timed())
    check_view(view)
    picker = next(block["element"] for block in view["blocks"] if block.get("block_id") == "type.when")
    assert picker == {"type": "datetimepicker", "action_id": "type.when", "initial_date_time": 1796112000}
    assert IN_WORDS in str(view)
