from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.changes import State
from bot.domain.evaluations import Evaluator, Progress
from bot.domain.notices import EvaluationView, Reminder
from bot.domain.outcomes import EvaluationUpdated
from handlers import ids, messages
from handlers.ids import Action
from handlers.messages.evaluation_reports import MENU_ROOM, length
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, menus, read
from tests.handlers.messages.samples import DAY, HOUR, NOW, change, evaluation

SINCE: datetime = NOW - 3 * DAY
REMINDER = Reminder("humanloop", "pr_1", "Refund triage", "ev_7", SINCE)
VIEW = EvaluationView(evaluation(), "Refund triage", REMINDER, SINCE, False, NOW, True)


def test_an_evaluation_left_running_says_how_long_and_whom_it_waits_for() -> None:
    made = messages.reminder(VIEW)
    check(made)
    assert made.text == (
        "Evaluation of `config_x` in `Refund triage` has been running for at least 3 days. "
        "Waiting for results from `tone of voice` (human)."
    )
    said = read(made)
    assert "Dataset: `refunds 2026`, 120 datapoints." in said
    assert "running since 2026-11-17 09:00 UTC or earlier" in said


def test_a_start_that_we_saw_is_not_worded_at_least() -> None:
    exact = replace(VIEW, exact=True)
    said = read(messages.reminder(exact))
    assert "running for 3 days." in said
    assert "or earlier" not in said


def test_completing_is_offered_only_where_the_contract_permits_it() -> None:
    found = buttons(messages.reminder(VIEW))
    assert found["Mark completed"]["action_id"] == Action.EVALUATION_COMPLETE
    assert found["Mark completed"]["value"] == ids.value("humanloop:ev_7")
    assert list(buttons(messages.reminder(replace(VIEW, may_complete=False)))) == ["Open", "Stop reminding"]


def test_a_name_too_long_for_a_menu_is_snoozed_for_an_hour_by_a_button() -> None:
    reminder = replace(REMINDER, evaluation_id="ev_" + "7" * MENU_ROOM)
    made = messages.reminder(
        replace(VIEW, evaluation=replace(evaluation(), id=reminder.evaluation_id), reminder=reminder)
    )
    check(made)
    assert buttons(made)["Snooze 1 h"]["action_id"] == Action.EVALUATION_SNOOZE


def test_several_evaluators_that_wait_are_named_and_none_is_said_too() -> None:
    people = (Evaluator("a", "tone", "human", "select"), Evaluator("b", "law", "external", "boolean"))
    both = messages.reminder(replace(VIEW, evaluation=evaluation(evaluators=people)))
    assert "Waiting for results from `tone` (human), `law` (external)." in both.text
    none = messages.reminder(replace(VIEW, evaluation=evaluation(evaluators=())))
    assert "None of its evaluators waits for people" in none.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "no more reminders"),
        ({"next_at": NOW + DAY}, "next reminder 2026-11-21 09:00 UTC"),
        ({"reminder": replace(REMINDER, snoozed_until=NOW), "next_at": NOW + HOUR}, "quiet until 2026-11-20 10:00 UTC"),
        ({"reminder": replace(REMINDER, stopped_by="U0RAVI")}, "<@U0RAVI> stopped its reminders"),
        ({"muted": True, "next_at": NOW + DAY}, "no reminders, because the project is muted"),
        ({"meant_for": "C0EVALS"}, "this belongs in <#C0EVALS>, but I can't post there"),
    ],
)
def test_a_report_says_when_it_is_said_again(changes: dict[str, Any], said: str) -> None:
    made = messages.reminder(replace(VIEW, **changes))
    check(made)
    assert said in read(made)


def test_what_was_stopped_can_be_begun_again() -> None:
    stopped = messages.reminder(replace(VIEW, reminder=replace(REMINDER, stopped_by="U0RAVI")))
    assert list(buttons(stopped)) == ["Mark completed", "Open", "Remind again"]


def test_the_menu_of_a_report_carries_how_long_and_what_about() -> None:
    (menu,) = menus(messages.reminder(VIEW))
    assert menu["action_id"] == Action.EVALUATION_SNOOZE_UNTIL
    assert {each["text"]["text"]: each["value"] for each in menu["options"]} == {
        "Snooze 1 h": "1:hour:humanloop:ev_7",
        "Until tomorrow 9:00": "1:tomorrow:humanloop:ev_7",
        "Until Monday 9:00": "1:monday:humanloop:ev_7",
    }


JUDGES = (Evaluator("a", "tone", "human", "select"), Evaluator("b", "law & order", "external", "boolean"))


@pytest.mark.parametrize(
    ("progress", "said", "asked"),
    [
        (None, "", "I couldn't check how many results are missing."),
        (Progress(0, 0, 0, {}), "", "I couldn't check how many results are missing."),
        (Progress(2, 2, 2, {"a": 2, "b": 2}), "All results for 2 datapoints are in.", "All results are in."),
        (
            Progress(40, 40, 8, {"a": 8, "b": 40}),
            "8 of 40 datapoints have all results. Judged so far: `tone` 8.",
            "Some results are missing. tone: 32 of 40 missing. Only results that are in will count.",
        ),
        (
            Progress(900, 500, 0, {"a": 1}),
            "0 of the first 500 datapoints have all results. Judged so far: `tone` 1, `law &amp; order` 0.",
            "tone: 499 of 500 missing, law &amp; order: 500 of 500 missing.",
        ),
    ],
)
def test_a_report_says_how_far_it_is_and_asks_before_it_is_completed(
    progress: Progress | None, said: str, asked: str
) -> None:
    made = messages.reminder(replace(VIEW, evaluation=evaluation(evaluators=JUDGES), progress=progress))
    check(made)
    assert made.text.endswith(said)
    assert asked in buttons(made)["Mark completed"]["confirm"]["text"]["text"]


def test_a_report_names_the_changes_that_would_make_its_config_live() -> None:
    concerned = change(state=State.WAITING)
    made = messages.reminder(replace(VIEW, changes=(concerned,)))
    check(made)
    assert f"`{concerned.label}` would make this config live in `production`: waiting for approval" in made.text
    many = messages.reminder(replace(VIEW, changes=(concerned,) * 5))
    assert "And 2 more changes with this config." in many.text


def test_an_older_message_points_to_the_newer_one() -> None:
    made = messages.reminder(replace(VIEW, replaced=True))
    check(made)
    assert (
        made.text == "Evaluation of `config_x` in `Refund triage` was running. A newer message has its current state."
    )
    assert not buttons(made)
    unread = replace(VIEW, replaced=True, evaluation=evaluation(config_name=""))
    assert messages.reminder(unread).text.startswith("Evaluation of `ev_7`")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 h"),
        (6 * 60 + 12, "6 h 12 min"),
        (24 * 60, "1 day"),
        (3 * 24 * 60 + 4 * 60 + 59, "3 days 4 h"),
        (-5, "0 min"),
    ],
)
def test_a_length_of_time_is_said_to_the_minute(minutes: int, said: str) -> None:
    assert length(timedelta(minutes=minutes)) == said


def test_a_report_ends_without_buttons_and_says_by_whom() -> None:
    ended = replace(REMINDER, ended_at=NOW, ended_as="completed", ended_by="U0RAVI")
    made = messages.reminder(replace(VIEW, reminder=ended, exact=True))
    check(made)
    assert made.text == "Evaluation of `config_x` in `Refund triage` completed after 3 days by <@U0RAVI>."
    assert not buttons(made)


def test_a_report_ends_for_what_vanished_or_ended_otherwise() -> None:
    gone = messages.reminder(replace(VIEW, reminder=replace(REMINDER, ended_at=NOW, ended_as="gone")))
    assert "no longer exists." in gone.text
    cancelled = replace(REMINDER, ended_at=NOW, ended_as="cancelled")
    assert "Its status is now `cancelled`." in messages.reminder(replace(VIEW, reminder=cancelled)).text
    unsaid = replace(REMINDER, ended_at=NOW)
    assert "`unknown`" in messages.reminder(replace(VIEW, reminder=unsaid)).text


def told(came: EvaluationUpdated) -> str:
    made = messages.outcome(came, drafts={})
    check(made)
    return made.text


def test_setting_a_status_is_read_back_and_said() -> None:
    start = "Evaluation `ev_7` of `config_x` in `Refund triage` is now "
    assert told(EvaluationUpdated(evaluation(status="completed"), "Refund triage")).startswith(f"{start}completed.")
    assert told(EvaluationUpdated(evaluation(), "Refund triage")).startswith(f"{start}running again.")
    assert told(EvaluationUpdated(evaluation(status="*odd*"), "Refund triage")).startswith(f"{start}`*odd*`.")
