"""Clicks: every button, by whoever presses it, whenever they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clients.base import NotDone, ServedNow, Unsure
from bot.domain.changes import State
from bot.domain.errors import Cause, Fault
from bot.domain.evaluations import RUNNING
from bot.domain.live_state import Split
from bot.domain.names import Config, Environment, Project
from bot.features.reminders import left_running
from bot.store import Store, StoreUnavailable
from handlers.ids import Action
from tests.builders import NOON, PRODUCTION, MemoryProvider, problem
from tests.handlers.conversation import GUS, SHARED, STRAY, Talk, talking
from tests.scenarios.chat import ADA, EVALS, MIRA, RAVI, Line


async def states(talk: Talk) -> list[State]:
    async with talk.world.store.read() as tx:
        found, _ = await tx.changes(limit=50, offset=0)
    return [change.state for change in found]


def text_of(view: dict[str, Any]) -> str:
    return Line({"blocks": view["blocks"], "text": view["title"]["text"]}).body()


# The buttons of a card


async def test_an_approval_applies_and_the_card_becomes_the_present_state(talk: Talk) -> None:
    card = await talk.asked()

    await talk.presses(RAVI, card, "Approve")

    assert talk.world.provider.live_name("support", PRODUCTION) == "config_x"
    assert set((await talk.card()).buttons()) == {"Full diff", "Undo"}
    assert "live" in (await talk.last(RAVI)).text


async def test_a_double_click_applies_once(talk: Talk) -> None:
    card = await talk.asked()

    await asyncio.gather(talk.presses(RAVI, card, "Approve"), talk.presses(RAVI, card, "Approve"))

    assert talk.world.provider.writes() == 1
    assert len(await talk.heard(RAVI)) == 2


async def test_two_people_at_once_apply_once_and_both_are_answered(talk: Talk) -> None:
    card = await talk.asked()

    await asyncio.gather(talk.presses(RAVI, card, "Approve"), talk.presses(MIRA, card, "Approve"))

    assert talk.world.provider.writes() == 1
    assert len(await talk.heard(RAVI)) == len(await talk.heard(MIRA)) == 1


async def test_a_late_click_is_answered_and_does_nothing(talk: Talk) -> None:
    card = await talk.asked()
    await talk.presses(RAVI, card, "Approve")

    await talk.presses(MIRA, card, "Reject")
    await talk.presses(MIRA, card, "Approve")

    assert len(await talk.heard(MIRA)) == 2
    assert await talk.on_screen(MIRA) is None
    assert talk.world.provider.writes() == 1


@pytest.mark.parametrize(("who", "word"), [(ADA, "You can't approve"), (GUS, "guest")])
async def test_who_may_not_approve_is_told_why(talk: Talk, who: str, word: str) -> None:
    card = await talk.asked()

    await talk.presses(who, card, "Approve")

    assert word in (await talk.last(who)).text
    assert talk.world.provider.writes() == 0


@pytest.mark.parametrize("button", ["Approve", "Reject", "Review", "Full diff", "Withdraw"])
async def test_a_stranger_of_a_shared_channel_sees_and_does_nothing(talk: Talk, button: str) -> None:
    await talk.types(ADA, "/deploy config_x to production", SHARED)
    (card,) = await talk.cards(SHARED)

    await talk.presses(STRAY, card, button, SHARED)

    assert "another organisation" in (await talk.last(STRAY, SHARED)).text
    assert await talk.on_screen(STRAY) is None
    assert await states(talk) == [State.WAITING]


async def test_whom_slack_cannot_tell_has_no_say(talk: Talk) -> None:
    card = await talk.asked()
    talk.world.clock.move(timedelta(minutes=2))
    talk.fault("users.info", "internal_error", times=3)

    await talk.presses(RAVI, card, "Approve")

    assert "Slack" in (await talk.last(RAVI)).text
    assert await states(talk) == [State.WAITING]


@pytest.mark.parametrize(("button", "title"), [("Review", "Review ch-1"), ("Full diff", "Full diff ch-1")])
async def test_a_review_opens_beside_the_card(talk: Talk, button: str, title: str) -> None:
    card = await talk.asked()

    await talk.presses(RAVI, card, button)

    view = await talk.open(RAVI)
    assert view["title"]["text"] == title
    assert "model-config_x" in text_of(view)
    assert await talk.heard(RAVI) == []


async def test_a_review_that_slack_does_not_open_is_said_instead(talk: Talk) -> None:
    card = await talk.asked()
    talk.fault("views.open", "expired_trigger_id")

    await talk.presses(RAVI, card, "Review")

    assert "ch-1" in (await talk.last(RAVI)).text


async def test_a_rejection_asks_why_and_its_comment_is_in_the_thread(talk: Talk) -> None:
    card = await talk.asked()

    await talk.presses(RAVI, card, "Reject")
    assert await talk.submits(RAVI, comment="the rubric is old") == {"ok": True}

    assert await states(talk) == [State.REJECTED]
    assert any("the rubric is old" in line.text for line in await talk.messages(RAVI, thread_ts=card.raw["ts"]))
    assert "ch-1" in (await talk.last(RAVI)).text
    assert "Approve" not in (await talk.card()).buttons()


async def test_a_rejection_needs_no_comment(talk: Talk) -> None:
    await talk.presses(RAVI, await talk.asked(), "Reject")

    assert await talk.submits(RAVI) == {"ok": True}

    assert await states(talk) == [State.REJECTED]


async def test_who_may_not_reject_is_told_before_writing_a_comment(talk: Talk) -> None:
    await talk.presses(ADA, await talk.asked(), "Reject")

    assert await talk.on_screen(ADA) is None
    assert "You can't approve" in (await talk.last(ADA)).text


async def test_a_rejection_whose_form_slack_does_not_open_asks_to_press_again(talk: Talk) -> None:
    talk.fault("views.open", "expired_trigger_id")

    await talk.presses(RAVI, await talk.asked(), "Reject")

    assert "Press the button again" in (await talk.last(RAVI)).text
    assert await states(talk) == [State.WAITING]


async def test_a_withdrawal_is_the_requester_s(talk: Talk) -> None:
    card = await talk.asked()
    await talk.presses(RAVI, card, "Withdraw")
    assert await states(talk) == [State.WAITING]

    await talk.presses(ADA, card, "Withdraw")

    assert await states(talk) == [State.WITHDRAWN]
    assert set((await talk.card()).buttons()) <= {"Full diff"}


async def test_undo_asks_for_what_was_live_before(talk: Talk) -> None:
    await talk.presses(RAVI, await talk.asked(), "Approve")

    await talk.presses(ADA, await talk.card(), "Undo")

    assert "config_w" in (await talk.cards())[-1].text


class Vanishing(MemoryProvider):
    """Takes the first write, and is gone before it answers."""

    async def serve(
        self, project: Project, environment: Environment, live: Config | Split, *, comment: str = ""
    ) -> ServedNow | None:
        answer = await super().serve(project, environment, live, comment=comment)
        if self.writes() == 1:
            self.fail("served", NotDone(problem(Fault.UNREACHABLE)), times=20)
            raise Unsure(problem(Fault.CUT_AFTER_WRITE))
        return answer


@pytest.fixture
async def unknown(tmp_path: Path, _no_surroundings: None) -> AsyncIterator[Talk]:
    """A change of which nobody knows whether it took effect."""
    provider = Vanishing()
    provider.add("support", "config_w", "config_x")
    provider.put("support", PRODUCTION, "config_w")
    async with talking(tmp_path, provider) as talk:
        await talk.presses(RAVI, await talk.asked(), "Approve")
        assert await states(talk) == [State.UNKNOWN]
        yield talk


async def test_an_unknown_outcome_is_closed_by_a_person(unknown: Talk) -> None:
    await unknown.presses(ADA, await unknown.card(), "Close as failed")

    assert await states(unknown) == [State.FAILED]
    assert unknown.world.provider.writes() == 1


async def test_an_unknown_outcome_is_looked_at_again_until_it_is_known(unknown: Talk) -> None:
    await unknown.presses(ADA, await unknown.card(), "Look again")
    assert await states(unknown) == [State.UNKNOWN]
    assert await unknown.heard(ADA)
    unknown.world.provider.failing.clear()

    await unknown.presses(ADA, await unknown.card(), "Look again")

    assert await states(unknown) == [State.APPLIED]
    assert unknown.world.provider.writes() == 1


# Lists, questions, help


async def test_a_question_is_answered_in_its_own_place(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x to prodution")
    await talk.presses(ADA, await talk.last(ADA), "production")

    assert await talk.heard(ADA) == [], "the card answers the question, which is gone"
    assert "waiting for approval" in (await talk.card()).text


async def test_an_answer_that_nobody_else_sees_takes_the_place_of_the_question(talk: Talk) -> None:
    await talk.types(ADA, "/configbot explain deploy config_x to prodution")
    before = await talk.last(ADA)

    await talk.presses(ADA, before, "production")

    (after,) = await talk.heard(ADA)
    assert after.text != before.text
    assert await talk.cards() == [], "what is chosen is only explained as well"


async def test_pages_are_turned_in_place(talk: Talk) -> None:
    for number in range(12):
        talk.world.provider.add(f"project-{number:02}", "baseline")
    await talk.world.ctx.index.refresh()
    await talk.types(ADA, "/deployments")
    first = await talk.last(ADA)

    await talk.presses(ADA, first, next(name for name in first.buttons() if "2" in name or "Next" in name))

    (second,) = await talk.heard(ADA)
    assert second.body() != first.body()
    assert talk.world.provider.writes() == 0


async def test_a_reason_that_ends_like_a_page_is_kept_whole_behind_a_suggestion(talk: Talk) -> None:
    await talk.types(ADA, "/deploy confg_x to production because wrong intro on page 2")
    await talk.presses(ADA, await talk.last(ADA), "config_x")

    async with talk.world.store.read() as tx:
        (change,), _ = await tx.changes(limit=1)
    assert change.because == "wrong intro on page 2"


async def test_a_draft_of_somebody_else_does_nothing(talk: Talk) -> None:
    await talk.types(ADA, "/deploy config_x")
    await talk.presses(ADA, await talk.last(ADA), "staging")
    assert talk.world.provider.writes() == 1

    user = {**talk.delivery.sent[-1]["user"], "id": MIRA}
    await talk.again(user=user)

    assert talk.world.provider.writes() == 1


async def test_a_form_is_opened_from_help(talk: Talk) -> None:
    await talk.types(ADA, "/configbot")

    await talk.presses(ADA, await talk.last(ADA), "Deploy with a form")

    assert (await talk.open(ADA))["callback_id"] == "form.deploy"


async def test_a_form_that_does_not_exist_is_said_so(talk: Talk) -> None:
    await pressed(talk, Action.OPEN_FORM, "1:reminders")

    assert "can't do it yet" in (await talk.last(ADA)).text


# Buttons that nobody knows any more


async def pressed(talk: Talk, action_id: str, value: str | None, **changes: Any) -> None:
    """A click on a button that no message of today holds."""
    if not talk.delivery.sent or "actions" not in talk.delivery.sent[-1]:
        await talk.types(ADA, "/configbot")
        await talk.presses(ADA, await talk.last(ADA), "Deploy with a form")
    action = {**talk.delivery.sent[-1]["actions"][0], "action_id": action_id, "value": value}
    trigger = talk.workspace.permits.new_trigger(ADA)
    await talk.again(actions=[action], trigger_id=trigger, **changes)


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        ("change.approve", "0:01J"),
        ("change.approve", "01J"),
        ("change.approve", "1:"),
        ("change.approve", None),
        ("change.bless", "1:01J"),
        ("xchange.approve", "1:01J"),
        ("line.run/1", "1:01J"),
        ("line.run/1/2", "9:01J"),
    ],
)
async def test_a_button_of_another_version_is_answered(talk: Talk, action_id: str, value: str | None) -> None:
    await pressed(talk, action_id, value)

    assert "too old" in (await talk.last(ADA)).text


@pytest.mark.parametrize(
    "action",
    [
        Action.APPROVE,
        Action.REJECT,
        Action.REVIEW,
        Action.FULL_DIFF,
        Action.WITHDRAW,
        Action.UNDO,
        Action.LOOK_AGAIN,
        Action.CLOSE_AS_FAILED,
        Action.EVALUATION_COMPLETE,
        Action.EVALUATION_SNOOZE,
    ],
)
async def test_a_button_about_something_that_is_gone_is_answered(talk: Talk, action: Action) -> None:
    await pressed(talk, action, "1:01J00000000000000000000000")

    assert "There is no" in (await talk.last(ADA)).text


async def test_a_click_without_a_response_url_is_answered_in_the_channel(talk: Talk) -> None:
    await pressed(talk, "change.bless", "1:x", response_url=None)

    assert "too old" in (await talk.last(ADA)).text
    assert talk.calls("chat.postEphemeral")


async def test_a_click_in_a_thread_is_answered_there(talk: Talk) -> None:
    card = await talk.asked()
    talk.fault("response_url", "used_url")
    await talk.presses(RAVI, card, "Approve")  # an answer through the Web API, and a line in the card's thread

    assert talk.calls("chat.postEphemeral")[-1].get("thread_ts") is None, "the card begins the thread"
    container = {**talk.delivery.sent[-1]["container"], "message_ts": "9.9", "thread_ts": card.raw["ts"]}
    message = {"ts": "9.9", "thread_ts": card.raw["ts"]}
    await talk.again(container=container, message=message, response_url=None)

    assert talk.calls("chat.postEphemeral")[-1]["thread_ts"] == card.raw["ts"]


# Evaluations


async def reported(talk: Talk) -> Line:
    """The report about an evaluation that was left running."""
    talk.world.provider.evaluated("support", "config_x", 0.9, status=RUNNING, created_at=NOON - timedelta(days=2))
    await left_running.sweep(replace(talk.world.ctx, evaluations_channel=EVALS))
    return (await talk.cards(EVALS))[-1]


async def test_an_evaluation_is_marked_completed_from_its_report(talk: Talk) -> None:
    report = await reported(talk)

    await talk.presses(ADA, report, "Mark completed", EVALS)

    assert [run.status for runs in talk.world.provider.runs.values() for run in runs] == ["completed"]
    assert "Mark completed" not in (await talk.cards(EVALS))[-1].buttons()


async def test_a_list_of_reports_is_turned_by_whoever_presses_for_them_alone(talk: Talk) -> None:
    for _ in range(7):
        talk.world.provider.evaluated("support", "config_x", 0.9, status=RUNNING, created_at=NOON - timedelta(days=2))
    await left_running.sweep(replace(talk.world.ctx, evaluations_channel=EVALS))
    (report,) = await talk.cards(EVALS)

    await talk.presses(ADA, report, "Next page", EVALS)

    assert "page 2 of 2" in (await talk.last(ADA, EVALS)).text
    assert "page 1 of 2" in (await talk.cards(EVALS))[-1].text


async def test_a_report_is_snoozed(talk: Talk) -> None:
    await talk.chooses(ADA, await reported(talk), "Snooze 1 h", EVALS)

    assert "13:00" in f"{(said := await talk.last(ADA, EVALS)).text} {said.body()}"


async def test_a_database_that_does_not_answer_is_said_with_a_reference(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await talk.asked()

    def locked(_store: Store) -> None:
        raise StoreUnavailable("writing", Cause.LOCKED)

    monkeypatch.setattr(Store, "write", locked)
    await talk.presses(RAVI, card, "Approve")

    assert "r-" in f"{(said := await talk.last(RAVI)).text} {said.body()}"
    assert "Traceback" not in said.body()
    assert talk.world.provider.writes() == 0


# Projects


async def test_a_project_is_made_when_it_is_confirmed_and_the_button_is_used_up(talk: Talk) -> None:
    await talk.types(ADA, '/project create "Refund triage" in dir_1a2b')
    shown = await talk.last(ADA)
    assert "Nothing happens until you confirm" in shown.text

    await talk.presses(ADA, shown, "Make it")
    assert (await talk.last(ADA)).text.startswith("I created the project `Refund triage`.")
    await talk.presses(ADA, shown, "Make it")
    assert "This button no longer works" in (await talk.last(ADA)).text

    assert talk.world.provider.calls.count("create_project") == 1


async def test_a_renamed_project_is_found_by_its_new_name(talk: Talk) -> None:
    await talk.types(ADA, '/project update support name="Support desk"')
    await talk.presses(ADA, await talk.last(ADA), "Change it")
    await talk.presses(ADA, await talk.last(ADA), "Show the project")

    assert (await talk.last(ADA)).text.startswith("`Support desk` has 3 configs.")


async def test_making_a_config_active_brings_a_card(talk: Talk) -> None:
    await talk.types(ADA, "/project update support active=config_x")

    assert "waiting for approval" in (await talk.card()).text
