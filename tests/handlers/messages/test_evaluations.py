from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.evaluations import Evaluator
from bot.domain.notices import EvaluationView, Reminder
from bot.domain.outcomes import EvaluationUpdated, Snoozed
from handlers import ids, messages
from handlers.ids import Action
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import ADA, DAY, HOUR, NOW, evaluation

SINCE: datetime = NOW - 3 * DAY
REMINDER = Reminder("humanloop", "pr_1", "Refund triage", "ev_7", SINCE)
VIEW = EvaluationView(evaluation(), "Refund triage", REMINDER, SINCE, False, NOW, True)


def test_an_evaluation_left_running_says_how_long_and_whom_it_waits_for() -> None:
    made = messages.evaluation_report(VIEW)
    check(made)
    assert made.text == (
        "Evaluation of `config_x` in `Refund triage` has been running for at least 3 days. "
        "This evaluator waits for results: `tone of voice` (human)."
    )
    said = read(made)
    assert "Dataset: `refunds 2026`, 120 datapoints." in said
    assert "running since 2026-11-17 09:00 UTC or earlier" in said


def test_a_start_that_we_saw_is_not_worded_at_least() -> None:
    exact = replace(VIEW, exact=True)
    said = read(messages.evaluation_report(exact))
    assert "running for 3 days." in said
    assert "or earlier" not in said


def test_completing_is_offered_only_where_the_contract_permits_it() -> None:
    found = buttons(messages.evaluation_report(VIEW))
    assert found["Mark completed"]["action_id"] == Action.EVALUATION_COMPLETE
    assert found["Mark completed"]["value"] == ids.value("humanloop:ev_7")
    assert list(buttons(messages.evaluation_report(replace(VIEW, may_complete=False)))) == ["Snooze 1 h"]


def test_several_evaluators_that_wait_are_named_and_none_is_said_too() -> None:
    people = (Evaluator("a", "tone", "human", "select"), Evaluator("b", "law", "external", "boolean"))
    both = messages.evaluation_report(replace(VIEW, evaluation=evaluation(evaluators=people)))
    assert "These evaluators wait for results: `tone` (human), `law` (external)." in both.text
    none = messages.evaluation_report(replace(VIEW, evaluation=evaluation(evaluators=())))
    assert "None of its evaluators waits for people" in none.text


def test_a_snoozed_report_says_until_when_it_is_quiet() -> None:
    quiet = replace(VIEW, reminder=replace(REMINDER, snoozed_until=NOW + HOUR))
    assert "quiet until 2026-11-20 10:00 UTC" in read(messages.evaluation_report(quiet))
    woken = replace(VIEW, reminder=replace(REMINDER, snoozed_until=NOW - HOUR))
    assert "quiet" not in read(messages.evaluation_report(woken))


def test_a_report_ends_without_buttons_and_says_by_whom() -> None:
    ended = replace(REMINDER, ended_at=NOW, ended_as="completed", ended_by="U0RAVI")
    made = messages.evaluation_report(replace(VIEW, reminder=ended, exact=True))
    check(made)
    assert made.text == "Evaluation of `config_x` in `Refund triage` is completed after 3 days, by <@U0RAVI>."
    assert not buttons(made)


def test_a_report_ends_for_what_vanished_or_ended_otherwise() -> None:
    gone = messages.evaluation_report(replace(VIEW, reminder=replace(REMINDER, ended_at=NOW, ended_as="gone")))
    assert "is no longer there." in gone.text
    cancelled = replace(REMINDER, ended_at=NOW, ended_as="cancelled")
    assert "Its status is now `cancelled`." in messages.evaluation_report(replace(VIEW, reminder=cancelled)).text
    unsaid = replace(REMINDER, ended_at=NOW)
    assert "`unknown`" in messages.evaluation_report(replace(VIEW, reminder=unsaid)).text


def told(came: EvaluationUpdated | Snoozed) -> str:
    made = messages.outcome(came, reader=ADA, now=NOW, drafts={})
    check(made)
    return made.text


def test_setting_a_status_is_read_back_and_said() -> None:
    start = "Evaluation `ev_7` of `config_x` in `Refund triage` is "
    assert told(EvaluationUpdated(evaluation(status="completed"), "Refund triage")).startswith(f"{start}completed.")
    assert told(EvaluationUpdated(evaluation(), "Refund triage")).startswith(f"{start}running again.")
    assert told(EvaluationUpdated(evaluation(status="*odd*"), "Refund triage")).startswith(f"{start}`*odd*`.")


def test_a_snooze_says_until_when_in_the_readers_time() -> None:
    assert "until <!date^" in told(Snoozed("ev_7", NOW.isoformat()))
