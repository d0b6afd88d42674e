"""The Home tab in words: what is there, what is not, and never more than Slack takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changes import Change, State
from bot.domain.errors import Code, Fault, Problem, Reason, ResolvableBy
from bot.domain.home import Home, RunningEvaluation
from bot.domain.notices import Reminder
from bot.domain.outcomes import Refused
from bot.domain.views import Board, BoardCell, BoardRow, ChangeList, Unread
from handlers import ids
from handlers.ids import Action
from handlers.messages.home import home_broken, home_lines, home_refused, home_tab, home_without_database
from tests.handlers.messages.checking import check_blocks
from tests.handlers.messages.reading import buttons, read_blocks
from tests.handlers.messages.samples import ADA, DAY, NOW, PROBLEM, PRODUCTION, PROJECT, SEEN, change, in_state
from tests.handlers.messages.test_inert import changes, foreign, relaxed
from tests.handlers.messages.test_inert import problem as nasty_problem

REMINDER = Reminder("humanloop", "pr_1", "Refund triage", "ev_7", NOW - DAY)
EMPTY = Home(
    waiting=ChangeList("approvals", (), 1, 1, "approvals"),
    mine=(),
    mine_total=0,
    board=Board((), 1, 1, "deployments"),
    running=(),
    running_total=0,
    running_line="evaluations list running",
    at=NOW,
)
FULL = replace(
    EMPTY,
    waiting=ChangeList("approvals", (change(),), 1, 1, "approvals"),
    mine=(change(number=143), in_state(State.UNKNOWN)),
    mine_total=2,
    board=Board((BoardRow(PROJECT, (BoardCell(PRODUCTION, SEEN.base),)),), 1, 1, "deployments"),
    running=(RunningEvaluation(REMINDER, "evaluation show ev_7"),),
    running_total=1,
)


def shown(home: Home) -> dict[str, Any]:
    view = home_tab(home, dict.fromkeys(home_lines(home), "d" * 26))
    assert view["type"] == "home"
    check_blocks("home", view["blocks"])
    return view


def pressed(view: dict[str, Any]) -> list[tuple[str, str]]:
    """What stands on each button, and what pressing it does."""
    found = [each for block in view["blocks"] for each in (*block.get("elements", ()), block.get("accessory"))]
    made = [each for each in found if each and each["type"] == "button"]
    return [(each["text"]["text"], each["action_id"].partition("/")[0]) for each in made]


def test_an_empty_home_says_of_each_part_that_there_is_nothing() -> None:
    view = shown(EMPTY)
    assert read_blocks(view["blocks"]).splitlines() == [
        "[Deploy with a form]",
        "*Waiting for you*",
        "Nothing is waiting for you.",
        "----",
        "*What you asked for*",
        "Nothing you asked for is under way.",
        "----",
        "*What is live*",
        "There are no projects to show.",
        "----",
        "*Evaluations running*",
        "None that I know of.",
        "  As of 2026-11-20 09:00 UTC. I read it again whenever you open this tab.",
    ]


def test_a_home_with_everything_in_it_has_a_button_for_each_thing() -> None:
    view = shown(FULL)
    assert pressed(view) == [
        ("Deploy with a form", Action.OPEN_FORM),
        ("Review", Action.REVIEW),
        ("Show", Action.REVIEW),
        ("Show", Action.REVIEW),
        ("Show the whole board", Action.RUN_LINE),
        ("Show", Action.RUN_LINE),
        ("Show all running evaluations", Action.RUN_LINE),
    ]
    assert ids.read_value(buttons(view)["Review"]["value"]) == change().id
    said = read_blocks(view["blocks"])
    assert "`ch-142` waiting for approval: deploy `config_x` of `Refund triage` to `production`" in said
    assert "`production`: `config_w`" in said
    assert "`ev_7` in `Refund triage` · `humanloop`\nrunning since 2026-11-19 09:00 UTC or earlier" in said


def test_what_is_left_out_is_counted() -> None:
    full = replace(
        FULL,
        waiting=replace(FULL.waiting, pages=2),
        mine_total=1_234,
        board=replace(FULL.board, pages=3),
        running_total=4,
    )
    view = shown(full)
    said = read_blocks(view["blocks"])
    assert "There are more. These are the newest." in said
    assert "And 1,232 older ones. `changes` shows all." in said
    assert "There are more projects on the whole board." in said
    assert "And 3 that started later." in said
    assert "Show all that wait" in buttons(view)


def test_lines_that_could_not_be_kept_have_no_buttons() -> None:
    view = home_tab(replace(FULL, waiting=replace(FULL.waiting, pages=2)), {})
    check_blocks("home", view["blocks"])
    assert Action.RUN_LINE not in [action for _, action in pressed(view)]


def test_projects_that_could_not_be_read_are_excused() -> None:
    for home in (FULL, EMPTY):
        board = replace(home.board, unread=(Unread(PROBLEM, NOW),))
        said = read_blocks(shown(replace(home, board=board))["blocks"])
        assert "⚠️ I haven't been able to read `humanloop` since" in said
        assert ": it did not answer in time (HTTP 504). Try again in a minute." in said
        assert "There are no projects" not in said


def test_a_project_that_did_not_answer_says_so_in_its_row() -> None:
    late = BoardRow(PROJECT, (), Problem(Fault.TIMED_OUT, "humanloop", "reading what is live"))
    said = read_blocks(shown(replace(FULL, board=Board((late,), 1, 1, "deployments")))["blocks"])
    assert "did not answer in time" in said


def test_who_may_not_look_is_told_why_and_sees_nothing_else() -> None:
    view = home_refused(Refused((Reason(Code.STRANGER, ResolvableBy.NOBODY),)))
    check_blocks("home", view["blocks"])
    assert view["type"] == "home"
    assert "I can't show you anything here." in read_blocks(view["blocks"])
    assert "another organisation" in read_blocks(view["blocks"])
    assert pressed(view) == []


def test_what_is_wrong_inside_is_told_with_a_reference() -> None:
    for view in (home_broken("r-7f3k2q"), home_without_database("r-7f3k2q")):
        check_blocks("home", view["blocks"])
        assert view["type"] == "home"
        assert "`r-7f3k2q`" in read_blocks(view["blocks"])


@relaxed
@given(changes(), foreign, st.sampled_from(Fault))
def test_whatever_people_and_services_write_a_home_is_valid_and_harmless(one: Change, name: str, fault: Fault) -> None:
    cells = tuple(BoardCell(one.environment, one.seen.base, one, one) for _ in range(14))
    rows = (BoardRow(one.project, cells), BoardRow(one.project, (), nasty_problem(fault, name)))
    reminder = Reminder(name, name, name, name, NOW)
    full = Home(
        waiting=ChangeList("approvals", (one,) * 10, 1, 9, "approvals"),
        mine=(one,) * 10,
        mine_total=99,
        board=Board((rows * 3)[:5], 1, 9, "deployments", (Unread(nasty_problem(fault, name), NOW),) * 3),
        running=tuple(RunningEvaluation(reminder, f"evaluation show {number}") for number in range(5)),
        running_total=99,
        running_line="evaluations list running",
        at=NOW,
    )
    assert len(shown(full)["blocks"]) <= 100
    assert ADA.user_id in str(shown(full))
