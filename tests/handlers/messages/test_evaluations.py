from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.evaluations import Evaluator
from bot.domain.outcomes import EvaluationUpdated
from bot.domain.views import Against, EvaluationDetail, EvaluationList, EvaluationRow, LiveIn
from handlers import ids, messages
from handlers.ids import Action
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import (
    DAY,
    NOW,
    PASS,
    PROBLEM,
    PRODUCTION,
    PROJECT,
    SEEN,
    STAGING,
    evaluation,
)

DONE = evaluation(status="completed")
SINCE = NOW - 3 * DAY
RUNNING = EvaluationDetail(
    evaluation(),
    PROJECT,
    (LiveIn(STAGING),),
    (Against((PRODUCTION,), SEEN.base, PASS),),
    SINCE,
    False,
    NOW,
    True,
    None,
    "evaluations list refunds",
)
COMPLETED = replace(RUNNING, evaluation=DONE, may_complete=False, reopen_line="evaluation reopen ev_7")


def told(came: Any) -> messages.Message:
    drafts = {line: f"draft of {line}" for line in messages.lines_of(came)}
    made = messages.outcome(came, drafts=drafts)
    check(made)
    return made


def rows(*found: Any) -> tuple[EvaluationRow, ...]:
    return tuple(EvaluationRow(each, PROJECT, f"evaluation show {each.id}") for each in found)


def test_evaluations_are_listed_newest_first_each_with_a_button() -> None:
    made = told(EvaluationList(rows(evaluation(), DONE), PROJECT, None, 2, 1, 1, "evaluations list refunds"))
    assert made.text == (
        "2 evaluations of `Refund triage`, the newest first, page 1 of 1: "
        "`ev_7` of `config_x` running, `ev_7` of `config_x` completed."
    )
    said = read(made)
    assert (
        "⏳ running · *`config_x`* of `Refund triage`\n"
        "`ev_7` · created 2026-11-17 09:00 UTC · `refunds 2026`, 120 datapoints · waiting for `tone of voice`  [Show]"
    ) in said
    assert "✅ completed · *`config_x`*" in said
    assert buttons(made)["Show"]["value"] == ids.value("draft of evaluation show ev_7")


def test_a_status_is_named_in_the_list_and_pages_turn() -> None:
    made = told(EvaluationList(rows(evaluation()), None, "running", 9, 2, 2, "evaluations list running", 2))
    assert made.text.startswith("9 running evaluations, the newest first, page 2 of 2: ")
    assert made.text.endswith("I couldn't read the evaluations of 2 projects.")
    assert set(buttons(made)) == {"Show", "Previous page"}


@pytest.mark.parametrize(
    ("status", "project", "unreadable", "words"),
    [
        (None, None, 0, "There are no evaluations."),
        ("running", PROJECT, 0, "There are no running evaluations of `Refund triage`."),
        ("odd", None, 1, "There are no `odd` evaluations. I couldn't read the evaluations of 1 project."),
    ],
)
def test_no_evaluations_are_said_in_words(status: Any, project: Any, unreadable: int, words: str) -> None:
    assert told(EvaluationList((), project, status, 0, 1, 1, "evaluations list", unreadable)).text == words


def test_providers_that_keep_no_evaluations_are_named() -> None:
    one = EvaluationList((), PROJECT, None, 0, 1, 1, "evaluations list", 0, ("shop",))
    assert told(one).text == "There are no evaluations of `Refund triage`. `shop` keeps no evaluations."
    both = EvaluationList(rows(evaluation()), None, None, 1, 1, 1, "evaluations list", 1, ("shop", "store"))
    assert told(both).text.endswith(
        "I couldn't read the evaluations of 1 project. `shop`, `store` keep no evaluations."
    )


def test_of_many_projects_it_is_said_what_is_listed_and_what_to_type() -> None:
    line = "evaluations list"
    made = told(EvaluationList(rows(evaluation()), None, "running", 1, 1, 1, line, 1, unlooked=2_000))
    assert made.text.endswith(
        "I couldn't read 1 evaluation. These are the running ones from my last check. "
        "There are 2,000 projects: to see all evaluations of one, type `evaluations PROJECT`."
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("completed", ""),
        ("running", "My last check found no running evaluations. "),
    ],
)
def test_of_many_projects_nothing_is_guessed(status: str, words: str) -> None:
    shown = EvaluationList((), None, status, 0, 1, 1, "evaluations list", unlooked=2_000)
    assert told(shown).text == (
        f"{words}There are 2,000 projects, too many to search for {status} evaluations now. "
        "Name one: `evaluations PROJECT`."
    )


def test_a_running_evaluation_says_since_when_and_whom_it_waits_for() -> None:
    made = told(RUNNING)
    assert made.text.startswith(
        "Evaluation of `config_x` of `Refund triage` has been running for at least 3 days, since <!date^"
    )
    assert made.text.endswith("Scores: `accuracy` 0.86. Waiting for results from `tone of voice` (human).")
    said = read(made)
    assert "Config: `config_x` (`config_2`), live in `staging`" in said
    assert "Dataset: `refunds 2026`, 120 datapoints, version `dsv_1`" in said
    assert "• `accuracy`: 0.86 (`python`, `boolean`)" in said
    assert "• `tone of voice`: – (`human`, `select`)" in said
    assert "*Scores* against `config_w`, live in `production`: no evaluator scores it worse." in said
    assert "running for 3 days" in read(told(replace(RUNNING, exact=True)))


def test_completing_and_reopening_are_offered_where_the_rules_permit() -> None:
    found = buttons(told(RUNNING))
    assert set(found) == {"Mark completed", "Evaluations of this project"}
    assert found["Mark completed"]["action_id"] == Action.EVALUATION_COMPLETE
    assert found["Mark completed"]["value"] == ids.value("humanloop:ev_7")
    done = buttons(told(COMPLETED))
    assert set(done) == {"Reopen", "Evaluations of this project"}
    assert done["Reopen"]["value"] == ids.value("draft of evaluation reopen ev_7")


def test_an_evaluation_that_ended_waits_for_nobody() -> None:
    made = told(COMPLETED)
    assert "is completed, last changed <!date^" in made.text
    assert "Waiting for" not in read(made)
    assert "❓ *Evaluation of `config_x` of `Refund triage` is `odd`" in read(
        told(replace(COMPLETED, evaluation=evaluation(status="odd")))
    )


def test_what_cannot_be_compared_says_why() -> None:
    unread = read(told(replace(RUNNING, against=(), live_in=(), problem=PROBLEM)))
    assert "I couldn't read what is live, so there's nothing to compare with." in unread
    assert "`humanloop` did not answer in time" in unread
    assert "I don't know where it's live" in unread
    lost = told(replace(RUNNING, project=None, against=(), live_in=(), list_line=None))
    assert "I don't know which project its config belongs to" in read(lost)
    assert lost.text.startswith("Evaluation of `config_x` has been running")


def test_evaluators_that_are_too_many_or_none_are_said() -> None:
    many = tuple(Evaluator(f"e{n}", f"judge {n}", "python", "boolean") for n in range(13))
    assert "And 3 more evaluators." in read(told(replace(COMPLETED, evaluation=replace(DONE, evaluators=many))))
    none = told(replace(COMPLETED, evaluation=replace(DONE, evaluators=())))
    assert "It has no evaluators." in read(none)
    assert "Scores" not in none.text


def test_buttons_without_a_draft_are_left_out() -> None:
    made = messages.outcome(COMPLETED, drafts={})
    check(made)
    assert buttons(made) == {}


def test_an_evaluation_of_an_unknown_project_is_updated_without_naming_one() -> None:
    made = told(EvaluationUpdated(DONE, ""))
    assert made.text == "Evaluation `ev_7` of `config_x` is now completed. I read it back to make sure."
