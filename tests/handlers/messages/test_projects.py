from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.changes import State
from bot.domain.evaluations import Doubt, Evidence, Verdict
from bot.domain.live_state import NOTHING
from bot.domain.names import Environment
from bot.domain.project_fields import Maintainer, ProjectFields
from bot.domain.views import BoardCell, ConfigRow, LiveIn, ProjectDetail, ProjectList, ProjectRow, Unread
from handlers import ids, messages
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import (
    NEW,
    NOW,
    OLD,
    PASS,
    PROBLEM,
    PRODUCTION,
    PROJECT,
    SEEN,
    STAGING,
    change,
    evaluation,
    in_state,
)

ROW = ProjectRow(PROJECT, 3, 'project show "Refund triage"')
NEVER = Evidence(Verdict.NOT_PROVEN, doubts=(Doubt.NEVER_RUN,))
DETAIL = ProjectDetail(
    PROJECT,
    (BoardCell(PRODUCTION, SEEN.base, in_state(State.APPLIED), change(number=143)), BoardCell(STAGING, NOTHING)),
    (
        ConfigRow(OLD, "gpt-4o-mini", (LiveIn(PRODUCTION),), PASS, "config show config_w"),
        ConfigRow(NEW, "gpt-4o", (), NEVER, "config show config_x"),
    ),
    2,
    (evaluation(),),
    True,
    "config list refunds",
    "evaluations list refunds",
)


def told(came: Any) -> messages.Message:
    drafts = {line: f"draft of {line}" for line in messages.lines_of(came)}
    made = messages.outcome(came, drafts=drafts)
    check(made)
    return made


def test_projects_are_listed_each_with_a_button() -> None:
    made = told(ProjectList((ROW,), "refund", 1, 1, 1, "project list refund"))
    assert made.text == "1 project with `refund` in the name, page 1 of 1: `Refund triage`."
    assert "*`Refund triage`* · `humanloop` · 3 configs\n`pr_1`  [Show]" in read(made)
    assert buttons(made)["Show"]["value"] == ids.value(f"draft of {ROW.line}")


def test_a_long_list_turns_pages_and_says_what_may_be_missing() -> None:
    made = told(ProjectList((ROW,), None, 9, 2, 2, "project list", (Unread(PROBLEM, NOW),)))
    assert made.text.startswith(
        "9 projects, page 2 of 2: `Refund triage`. I haven't been able to read `humanloop` since"
    )
    assert made.text.endswith(
        "it did not answer in time (HTTP 504). Try again in a minute. `deployments` shows when it answers again."
    )
    assert set(buttons(made)) == {"Show", "Previous page"}
    assert "Anything in it may be missing here." in read(made)


def test_no_projects_at_all_is_said() -> None:
    assert told(ProjectList((), None, 0, 1, 1, "project list")).text == "There are no projects yet."
    silent = told(ProjectList((), None, 0, 1, 1, "project list", (Unread(PROBLEM, NOW),)))
    assert silent.text.startswith("There are no projects yet. I haven't been able to read `humanloop` since")


def test_what_a_provider_calls_a_project_stands_beside_it_once() -> None:
    made = told(ProjectList((replace(ROW, noun="AI Config"),), None, 1, 1, 1, "project list"))
    assert "*`Refund triage`* · `humanloop` · AI Config · 3 configs" in read(made)
    assert read(made).count("AI Config") == 1


def test_the_fields_of_a_project_are_shown() -> None:
    owner = Maintainer("member", "m1", "Ana", "ana@acorn.example")
    fields = ProjectFields("Refund triage", "dir_1", "Answers", ("a", "b"), owner, "resolved", True)
    made = told(replace(DETAIL, fields=fields, mode="agent", noun="AI Config"))
    assert "*`Refund triage`* · `pr_1` · `humanloop` · AI Config" in read(made)
    assert (
        "Mode: `agent`\nDirectory: `dir_1`\nDescription: `Answers`\nTags: `a, b`\n"
        "Maintainer: `ana@acorn.example`\nMetric: `resolved`\nA lower metric is better: `yes`"
    ) in read(made)
    assert " Tags: `a, b`. Maintainer: `ana@acorn.example`." in made.text
    assert "Less of" not in told(replace(DETAIL, fields=ProjectFields("x", inverted=False))).text


def test_a_project_is_shown_with_what_is_live_tried_and_asked_for() -> None:
    made = told(DETAIL)
    assert made.text == (
        "`Refund triage` has 2 configs. Live: `production` `config_w`, `staging` nothing. Open changes: `ch-143`. "
        "1 evaluation is running."
    )
    said = read(made)
    assert "*`Refund triage`* · `pr_1` · `humanloop`" in said
    assert "`production`: `config_w`, since 2026-11-20 09:00 UTC by <@U0ADA> (`ch-142`)" in said
    assert "`ch-143` would make it `config_x`: waiting for approval" in said
    assert "• `config_w` live in `production`, scores: `accuracy` 0.86, `latency` 1.4" in said
    assert "• `config_x` not live anywhere, it was never evaluated" in said
    assert "• `ev_7` of `config_x`, created 2026-11-17 09:00 UTC" in said


def test_what_can_be_looked_at_next_is_a_button() -> None:
    found = buttons(told(DETAIL))
    assert found["All configs"]["value"] == ids.value("draft of config list refunds")
    assert found["Evaluations"]["value"] == ids.value("draft of evaluations list refunds")
    assert set(buttons(told(replace(DETAIL, keeps_evaluations=False)))) == {"All configs"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"running": ()}, "No evaluation is running."),
        ({"running": None}, "I couldn't read the evaluations."),
        ({"running": None, "keeps_evaluations": False}, "`humanloop` keeps no evaluations."),
        ({"running": (evaluation(),) * 7}, "7 evaluations are running."),
    ],
)
def test_what_is_being_evaluated_is_said(changes: dict[str, Any], words: str) -> None:
    made = told(replace(DETAIL, **changes))
    assert made.text.endswith(words)
    assert words in read(made)
    assert ("And 2 more running evaluations." in read(made)) == words.startswith("7")


def test_a_project_with_too_much_or_nothing_in_it_says_so() -> None:
    cells = tuple(BoardCell(Environment("humanloop", f"env_{n}", f"e{n}"), NOTHING) for n in range(14))
    many = read(told(replace(DETAIL, cells=cells, total=30)))
    assert "and 2 more environments" in many
    assert "and 28 more" in many
    none = told(replace(DETAIL, cells=(), configs=(), total=0))
    assert none.text.startswith("`Refund triage` has 0 configs. Live: nothing (it has no environments).")
    assert "It has no environments." in read(none)
