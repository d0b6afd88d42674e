from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.base import Outcome
from bot.domain.changes import Event
from bot.domain.drafts import Drafts, ListPage
from bot.domain.notices import (
    EvaluationsView,
    EvaluationView,
    ListedEvaluation,
    Muted,
    Reminder,
    SampleView,
    Watch,
)
from bot.domain.outcomes import EvaluationReports, RemindersSwitched, SampleSent, Snoozed
from bot.domain.reminder_hours import Reminding
from bot.domain.views import ReminderList, ReminderRow
from bot.domain.workhours import ALWAYS, WorkHours, days_of
from handlers import messages
from handlers.ids import Action
from handlers.messages import Message
from handlers.messages.reminders import hours
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, menus, read
from tests.handlers.messages.samples import DAY, HOUR, NOW, PROJECT, evaluation

SINCE = NOW - 3 * DAY


def known(number: int = 7, **changes: Any) -> Reminder:
    return replace(Reminder("humanloop", "pr_1", "Refund triage", f"ev_{number}", SINCE), **changes)


def listed(number: int = 7, *, unread: bool = False, **changes: Any) -> ListedEvaluation:
    """One row of a list; `changes` are those of what is remembered."""
    reminder = known(number, **changes)
    view = EvaluationView(evaluation(id=f"ev_{number}"), "Refund triage", reminder, SINCE, False, NOW, True)
    if reminder.snoozed_until:
        view = replace(view, next_at=reminder.snoozed_until)
    return ListedEvaluation(reminder, None if unread else view)


def several(*rows: ListedEvaluation, page: int = 1, pages: int = 1, **changes: Any) -> EvaluationsView:
    ended = sum(row.reminder.ended_at is not None for row in rows)
    return replace(EvaluationsView("LIST:1", rows, page, pages, len(rows), ended, NOW), **changes)


def said(came: Outcome, drafts: Drafts | None = None) -> Message:
    made = messages.outcome(came, drafts=drafts or {})
    check(made)
    return made


# Several evaluations


def test_several_evaluations_are_one_message_with_a_row_each() -> None:
    made = messages.reminder(several(*(listed(number) for number in range(5)), pages=3, total=12))
    check(made)
    assert made.text.startswith("12 evaluations left running, page 1 of 3. Evaluation of `config_x` in `Refund triage`")
    assert made.text.count("has been running for at least 3 days") == 5
    assert read(made).count("[Open]") == 5
    assert {"Next page", "Stop reminding of all"} <= set(buttons(made))
    assert buttons(made)["Next page"]["value"] == "1:2:LIST:1"
    (menu,) = menus(made)
    assert menu["options"][0]["value"] == "1:hour:LIST:1"


def test_the_pages_of_a_list_can_be_turned_both_ways() -> None:
    made = said(EvaluationReports(several(listed(), page=2, pages=3, total=12)))
    turns = {name: button["value"] for name, button in buttons(made).items() if name.endswith("page")}
    assert turns == {"Previous page": "1:1:LIST:1", "Next page": "1:3:LIST:1"}
    assert buttons(made)["Next page"]["action_id"].startswith(Action.EVALUATION_PAGE)


def test_a_row_says_what_is_special_about_it() -> None:
    made = messages.reminder(
        several(
            listed(1, stopped_by="U0RAVI"),
            listed(2, snoozed_until=NOW + HOUR),
            listed(3, unread=True),
            listed(4, unread=True, ended_at=NOW, ended_as="completed"),
            listed(5, ended_at=NOW, ended_as="completed", ended_by="U0RAVI"),
        )
    )
    check(made)
    text = read(made)
    assert "reminders stopped" in text
    assert "quiet until 2026-11-20 10:00 UTC" in text
    assert "`ev_3` in `Refund triage` has been running for at least 3 days, and I couldn't read it now." in text
    assert "`ev_4` in `Refund triage` is `completed`." in text
    assert "completed after at least 3 days by <@U0RAVI>." in text
    assert "5 evaluations left running, 2 of them have ended" in made.text


def test_a_list_ends_by_itself_when_everything_in_it_is_over() -> None:
    made = messages.reminder(several(listed(ended_at=NOW, ended_as="completed")))
    check(made)
    assert made.text.startswith("No evaluation on this list is running any more (1).")
    assert not buttons(made)
    assert not menus(made)


def test_a_list_that_was_said_anew_points_there() -> None:
    made = messages.reminder(several())
    check(made)
    assert "A newer message has their current state." in made.text
    assert not buttons(made)


def test_a_list_that_stands_elsewhere_says_where_it_belongs() -> None:
    made = messages.reminder(several(listed(), meant_for="C0EVALS"))
    check(made)
    assert "this belongs in <#C0EVALS>" in read(made)


# A sample


def test_a_sample_is_marked_at_both_ends_and_has_no_buttons() -> None:
    made = messages.reminder(SampleView(NOW))
    check(made)
    assert made.text.startswith("This is only a sample, nothing in it is real: Evaluation of `sample config`")
    lines = read(made).splitlines()
    assert "only a sample" in lines[2]
    assert "The sample ends here" in lines[-1]
    assert not buttons(made)
    assert not menus(made)


def test_where_a_sample_went_is_said() -> None:
    assert "I sent you a sample reminder. It's in your direct messages" in said(SampleSent(True)).text
    assert "I'll keep trying" in said(SampleSent(False)).text


# Answers


def test_a_snooze_says_until_when_in_the_readers_time() -> None:
    until = NOW + HOUR
    made = said(Snoozed("ev_7", until.isoformat(), until.isoformat()))
    assert made.text == f"I won't remind anyone about evaluation `ev_7` until {messages_moment(until)}."


def messages_moment(at: Any) -> str:
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def test_a_snooze_that_ends_at_night_says_when_it_comes_again() -> None:
    until, comes = NOW + 9 * HOUR, NOW + 24 * HOUR
    made = said(Snoozed("ev_7", until.isoformat(), comes.isoformat(), 6))
    assert "these 6 evaluations until" in made.text
    assert made.text.endswith(f"That's outside working hours, so the next reminder is {messages_moment(comes)}.")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event.REMINDER_STOPPED, "I won't remind anyone about evaluation `x` any more. Its report will still say"),
        (Event.REMINDER_RESUMED, "I'll remind people about evaluation `x` again."),
        (Event.REMINDER_MUTED, "I won't remind anyone about evaluations of `x` any more."),
        (Event.REMINDER_UNMUTED, "I'll remind people about evaluations of `x` again."),
    ],
)
def test_what_was_switched_is_said(event: Event, words: str) -> None:
    assert said(RemindersSwitched(event, "x")).text.startswith(words)


def test_many_that_were_stopped_are_counted() -> None:
    assert "these 6 evaluations any more. Their report" in said(RemindersSwitched(Event.REMINDER_STOPPED, "x", 6)).text


def test_muting_is_taken_back_by_a_button_and_twice_is_once() -> None:
    muted = RemindersSwitched(Event.REMINDER_MUTED, "x", line="reminders unmute x")
    assert messages.lines_of(muted) == ("reminders unmute x",)
    assert list(buttons(said(muted, {"reminders unmute x": "draft"}))) == ["Unmute"]
    again = replace(muted, already=True)
    assert said(again).text.startswith("I already don't remind anyone about evaluations of `x`.")
    assert not buttons(said(again, {"reminders unmute x": "draft"}))
    assert messages.lines_of(replace(muted, line=None)) == ()


def reminders(*rows: ReminderRow, **changes: Any) -> ReminderList:
    standard = ReminderList(
        Reminding(WorkHours(ZoneInfo("Europe/Madrid")), owner="U0ADA"),
        timedelta(hours=4),
        "C0EVALS",
        rows,
        len(rows),
        (),
        (),
        None,
        1,
        1,
        "reminders",
    )
    return replace(standard, **changes)


def row(
    number: int = 7, *times: Any, channel: str | None = "C0EVALS", muted: bool = False, **changes: Any
) -> ReminderRow:
    return ReminderRow(known(number, **changes), channel, times, muted, f"evaluation ev_{number}")


def test_the_list_says_what_is_reminded_of_where_and_when() -> None:
    made = said(reminders(row(7, NOW + HOUR, NOW + DAY)), {"evaluation ev_7": "draft"})
    text = read(made)
    rule = "I remind people about evaluations that run longer than 4 h: in <#C0EVALS>, "
    assert f"{rule}and to <@U0ADA> in a direct message," in text
    assert "at most 3 times, once per working day." in text
    assert "Working hours: Monday to Friday, 9:00 to 17:00 (`Europe/Madrid`)." in text
    assert "I remind people about waiting approvals in the thread of the card" in text
    assert "next 2026-11-20 10:00 UTC, 2026-11-21 09:00 UTC in <#C0EVALS>" in text
    assert "1 evaluation is running" in text
    assert list(buttons(made)) == ["Show"]


def test_the_list_says_why_something_is_not_said() -> None:
    made = said(
        reminders(
            row(1, stopped_by="U0RAVI", times=2),
            row(2, muted=True),
            row(3, times=3),
            row(4, NOW + DAY, snoozed_until=NOW + DAY, times=1),
            row(5, NOW + DAY, channel=None),
            muted=(Muted("humanloop", "pr_1", "Refund triage", "U0RAVI", NOW),),
            down=(Watch("main", down_since=NOW), Watch("other")),
        )
    )
    text = read(made)
    assert "reminded 2 times so far, stopped by <@U0RAVI>" in text
    assert "its project is muted" in text
    assert "reminded 3 times so far, no more reminders" in text
    assert "reminded 1 time so far, snoozed, next 2026-11-21" in text
    assert "Muted: `Refund triage` (by <@U0RAVI>, 2026-11-20 09:00 UTC). " in text
    assert "UTC). To turn reminders back on, type `reminders unmute PROJECT`." in text
    assert "`main` hasn't answered since 2026-11-20" in text
    assert "`other` isn't answering, so" in text


def test_a_list_without_anything_still_says_the_rules() -> None:
    nobody = Reminding(at_most=1)
    made = said(reminders(project=PROJECT, channel=None, reminding=nobody))
    assert made.text.startswith(f"I know of no running evaluations of `{PROJECT.name}`.")
    assert "nowhere, because no channel is set for them, once." in made.text


def test_a_long_list_has_pages() -> None:
    shown = reminders(row(7, NOW), page=2, pages=3, total=20)
    assert messages.lines_of(shown) == ("evaluation ev_7", "reminders", ListPage("reminders", 3))
    assert "20 evaluations are running" in said(shown).text


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (ALWAYS, "every day, 0:00 to midnight (`UTC`)"),
        (WorkHours(days=days_of("sun-thu"), start=510), "Sunday to Thursday, 8:30 to 17:00 (`UTC`)"),
        (WorkHours(days=days_of("mon,wed")), "Monday, Wednesday, 9:00 to 17:00 (`UTC`)"),
        (WorkHours(days=days_of("sat,sun")), "Saturday, Sunday, 9:00 to 17:00 (`UTC`)"),
    ],
)
def test_working_hours_are_said_in_words(kept: WorkHours, words: str) -> None:
    assert hours(kept) == words
