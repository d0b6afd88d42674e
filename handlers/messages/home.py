"""The App Home: changes waiting for the reader, their own changes, what is live, running evaluations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock
from slack_sdk.models.views import View as SlackView

from bot.domain.drafts import Drafts
from bot.domain.home import Home, RunningEvaluation
from bot.domain.outcomes import Refused
from handlers.ids import Action, numbered
from handlers.messages import words
from handlers.messages.blocks import Message, actions, button, code, context, moment, section
from handlers.messages.boards import EMPTY_LISTS, listed, project
from handlers.messages.errors import apology, missing, own_database, reasons
from handlers.messages.lists import row


def home_tab(home: Home, drafts: Drafts) -> dict[str, Any]:
    """The whole tab; `drafts` maps each line of `home_lines` to the id under which it is stored."""
    return _tab(
        actions([button("Deploy with a form", Action.OPEN_FORM, "deploy")]),
        *_waiting(home, drafts),
        DividerBlock(),
        *_mine(home),
        DividerBlock(),
        *_board(home, drafts),
        DividerBlock(),
        *_running(home, drafts),
        context(f"As of {moment(home.at)}. I read it again whenever you open this tab."),
    )


def home_lines(home: Home) -> tuple[str, ...]:
    """The lines that buttons of the tab run; each has to be stored as a draft."""
    lines = [home.waiting.line, home.board.line, *(each.line for each in home.running), home.running_line]
    return tuple(dict.fromkeys(lines))


def home_refused(result: Refused) -> dict[str, Any]:
    """The tab of a person who may not look things up."""
    return _tab(section("⛔ *I can't show you anything here.*"), reasons(result.reasons))


def home_without_database(reference: str) -> dict[str, Any]:
    """The tab when our own database does not answer."""
    return _tab_of(own_database(reference))


def home_broken(reference: str) -> dict[str, Any]:
    """The tab after an error of our own."""
    return _tab_of(apology(reference))


def _waiting(home: Home, drafts: Drafts) -> Iterator[Block | None]:
    changes = home.waiting.changes
    if not changes:
        yield section(f"*Waiting for you*\n{EMPTY_LISTS['approvals']}")
        return
    yield section("*Waiting for you*")
    yield from map(listed, changes)
    if home.waiting.pages > 1:
        yield context("There are more. These are the newest.")
        yield _show("Show all that wait", home.waiting.line, drafts)


def _mine(home: Home) -> Iterator[Block]:
    if not home.mine:
        yield section("*What you asked for*\nNothing you asked for is under way.")
        return
    yield section("*What you asked for*")
    yield from (listed(change, "Show") for change in home.mine)
    if (older := home.mine_total - len(home.mine)) > 0:
        yield context(f"And {words.counted(older, 'older one')}. `changes` shows all.")


def _board(home: Home, drafts: Drafts) -> Iterator[Block | None]:
    board = home.board
    if not board.rows:
        yield section("*What is live*" if board.unread else "*What is live*\nThere are no projects to show.")
        yield from missing(board.unread)
        return
    yield section("*What is live*")
    yield from map(project, board.rows)
    if board.pages > 1:
        yield context("There are more projects on the whole board.")
    yield from missing(board.unread)
    yield _show("Show the whole board", board.line, drafts)


def _running(home: Home, drafts: Drafts) -> Iterator[Block | None]:
    if not home.running:
        yield section("*Evaluations running*\nNone that I know of.")
        return
    yield section("*Evaluations running*")
    for number, each in enumerate(home.running, start=1):
        yield row(_evaluation(each), each.line, drafts, number)
    if home.running_total > len(home.running):
        yield context(f"And {home.running_total - len(home.running):,} that started later.")
    yield _show("Show all running evaluations", home.running_line, drafts)


def _evaluation(running: RunningEvaluation) -> str:
    reminder = running.reminder
    return (
        f"{code(reminder.evaluation_id)} in {code(reminder.project_name)} · {code(reminder.provider, 40)}\n"
        f"running since {moment(reminder.first_seen)} or earlier"
    )


def _show(label: str, line: str, drafts: Drafts) -> Block | None:
    return actions([button(label, numbered(Action.RUN_LINE, 1), drafts[line])]) if line in drafts else None


def _tab(*blocks: Block | None) -> dict[str, Any]:
    """A Home tab. Its lists are short, to stay below Slack's limit of 100 blocks."""
    view = SlackView(type="home", blocks=[block for block in blocks if block is not None])
    return view.to_dict()


def _tab_of(message: Message) -> dict[str, Any]:
    return {"type": "home", "blocks": [dict(block) for block in message.blocks]}
