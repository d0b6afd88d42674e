from __future__ import annotations

from typing import Any

import pytest

from bot.domain.changes import Kind, State
from bot.domain.drift import Baseline, Source
from bot.domain.errors import Code, Fault, Problem
from bot.domain.facts import Allowed, Denied, NeedsApproval
from bot.domain.live_state import LiveState, Nothing, Off, One
from bot.domain.names import Environment
from bot.domain.outcomes import Explanation, Harmless, Permission
from bot.domain.views import Board, BoardCell, BoardRow, ChangeList, Suggestion, Unread
from handlers import ids, messages
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import (
    NEW,
    NOW,
    PROBLEM,
    PRODUCTION,
    PROJECT,
    SEEN,
    STAGING,
    change,
    in_state,
    reason,
)


def told(came: Any) -> messages.Message:
    drafts = {line: f"draft of {line}" for line in messages.lines_of(came)}
    made = messages.outcome(came, drafts=drafts)
    check(made)
    return made


CELLS = (
    BoardCell(PRODUCTION, SEEN.base, in_state(State.APPLIED), change(number=143)),
    BoardCell(STAGING, LiveState(Nothing())),
)


def test_the_board_says_what_is_live_since_when_by_whom_and_what_is_pending() -> None:
    said = read(told(Board((BoardRow(PROJECT, CELLS),), 1, 1, "deployments")))
    assert "*`Refund triage`* · `humanloop`" in said
    assert (
        "`production`: `config_w`, since 2026-11-20 09:00 UTC by <@U0ADA> (`ch-142`)"
        " · `ch-143` would make it `config_x`: waiting for approval"
    ) in said
    assert "`staging`: nothing" in said
    assert "Page" not in said


def test_the_text_of_the_board_is_enough_by_itself() -> None:
    made = told(Board((BoardRow(PROJECT, CELLS),), 1, 1, "deployments"))
    assert made.text == (
        "What is live, 1 project on page 1 of 1. `Refund triage`: `production` `config_w`, `staging` nothing."
    )


def test_a_change_that_was_never_applied_says_nothing_of_since_when() -> None:
    cell = BoardCell(PRODUCTION, LiveState(Off()), change())
    assert "`production`: switched off\n" in read(told(Board((BoardRow(PROJECT, (cell,)),), 1, 1, "d"))) + "\n"


def test_a_project_that_cannot_be_read_says_so_in_its_place() -> None:
    made = told(Board((BoardRow(PROJECT, (), PROBLEM), BoardRow(PROJECT, ())), 1, 1, "deployments"))
    said = read(made)
    assert "`humanloop` did not answer in time (HTTP 504). Try again in a minute." in said
    assert "It has no environments." in said
    assert "`Refund triage`: I couldn't read it." in made.text


def test_an_empty_board_says_so() -> None:
    assert told(Board((), 1, 1, "deployments")).text == "There are no projects to show."


def test_the_board_says_which_provider_cannot_be_read_since_when_and_why() -> None:
    unread = (Unread(Problem(Fault.UNAUTHORIZED, "shop", "reading", 401), NOW),)
    told_so = (
        "I haven't been able to read shop since 2026-11-20 09:00 UTC: it did not accept my key (HTTP 401). "
        "The person who runs"
    )
    for rows in ((), (BoardRow(PROJECT, CELLS),)):
        made = told(Board(rows, 1, 1, "deployments", unread))
        assert told_so in messages.plain_text(made)
        assert "I haven't been able to read `shop` since" in made.text
        assert "Anything in it may be missing here." in read(made)


def test_a_live_config_whose_content_was_edited_says_so() -> None:
    was = Baseline("humanloop", "pr_1", PRODUCTION.id, LiveState(One("warm", "1", "Warm")), NOW, Source.APPLIED)
    cell = BoardCell(PRODUCTION, LiveState(One("warm", "2", "Warm")), known=was, drifted=True)
    said = read(told(Board((BoardRow(PROJECT, (cell,), noun="AI Config"),), 1, 1, "d")))
    assert "`production`: `Warm` · ⚠️ its content was edited outside configbot" in said
    assert "*`Refund triage`* · `humanloop` · AI Config" in said


def test_more_environments_than_fit_are_counted() -> None:
    cells = tuple(BoardCell(Environment("humanloop", f"env_{n}", f"e{n}"), None) for n in range(15))
    said = read(told(Board((BoardRow(PROJECT, cells),), 1, 1, "deployments")))
    assert "`e0`: unreadable" in said
    assert "and 3 more environments" in said


@pytest.mark.parametrize(
    ("page", "names"), [(1, ["Next page"]), (2, ["Previous page", "Next page"]), (3, ["Previous page"])]
)
def test_pages_turn_with_buttons(page: int, names: list[str]) -> None:
    made = told(Board((BoardRow(PROJECT, CELLS),), page, 3, "deployments triage"))
    assert list(buttons(made)) == names
    assert f"Page {page} of 3" in read(made)
    for name, each in buttons(made).items():
        other = page + 1 if name == "Next page" else page - 1
        assert each["value"] == ids.value(f"draft of {Suggestion(name, 'deployments triage', other).draft}")


def test_what_waits_for_me_can_be_reviewed_from_the_list() -> None:
    made = told(ChangeList("approvals", (change(),), 1, 1, "approvals"))
    said = read(made)
    assert made.text == "1 change waiting for approval: `ch-142` waiting for approval."
    assert "⏳ `ch-142` waiting for approval: deploy `config_x` of `Refund triage` to `production`" in said
    assert buttons(made)["Review"]["value"] == ids.value(change().id)


def test_history_is_listed_with_the_newest_first() -> None:
    made = told(ChangeList("changes", (in_state(State.APPLIED), in_state(State.FAILED)), 1, 2, "changes"))
    assert made.text.startswith("2 changes, newest first: `ch-142` live, `ch-142` failed.")
    assert set(buttons(made)) == {"Show", "Next page"}


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("approvals", "Nothing is waiting for you."),
        ("changes", "There are no changes here yet."),
        ("more", "There is nothing to show."),
    ],
)
def test_an_empty_list_says_what_it_means(title: str, said: str) -> None:
    assert told(ChangeList(title, (), 1, 1, title)).text == said


LINE = "deploy config_x to production"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Allowed(SEEN.rule), "I would do it right away. Decided by the built-in rule"),
        (NeedsApproval(SEEN.rule, 0, 1), "it would wait for 1 approval. Decided by the built-in rule"),
        (Denied((reason(Code.ALREADY_LIVE),)), "I would refuse it, for 1 reason."),
    ],
)
def test_an_explanation_says_what_would_happen_and_which_rule_decides(answer: Any, said: str) -> None:
    made = told(Explanation(LINE, Kind.DEPLOY, PROJECT, PRODUCTION, NEW, SEEN.base, answer))
    assert said in made.text
    assert made.text.endswith("Nothing was changed.")
    assert "Now live in `production` of `Refund triage`: `config_w`. Your line would make it `config_x`." in read(made)


def test_an_explained_refusal_names_every_reason() -> None:
    denied = Denied((reason(Code.NOTHING_LIVE),))
    made = told(Explanation("deactivate", Kind.DEACTIVATE, PROJECT, PRODUCTION, Nothing(), None, denied))
    assert "• Nothing is live there" in read(made)
    assert "for 1 reason. Nothing is live there" in made.text
    assert "Now live in `production` of `Refund triage`: unreadable." in read(made)


def test_a_line_that_changes_nothing_is_free_for_everybody() -> None:
    assert told(Harmless("approvals")).text == "`approvals` changes nothing, so anyone can type it."


def test_whether_a_line_would_be_done_is_said_with_every_reason() -> None:
    denied = told(Permission("evaluation reopen ev_7", Denied((reason(Code.GUEST), reason(Code.NO_CALLER_EVALUATOR)))))
    assert denied.text.startswith("`evaluation reopen ev_7`: I would refuse it, for 2 reasons. You have a guest")
    assert denied.text.endswith("Nothing was changed.")
    assert "• None of its evaluators waits for people" in read(denied)
    free = told(Permission("evaluation reopen ev_7", Allowed(SEEN.rule)))
    assert "I would do it right away. Decided by the built-in rule" in free.text
