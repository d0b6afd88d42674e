"""Projects: those whose name holds some words, and one with what is live, tried and asked for in it."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from bot.domain.drafts import Drafts
from bot.domain.project_edits import text_of
from bot.domain.views import ProjectDetail, ProjectList, Suggestion
from handlers.messages import phrases, scores, words
from handlers.messages.blocks import Message, bullets, code, compose, context, moment, run_buttons, section, stack
from handlers.messages.boards import MAX_CELLS, cell_in_short, cell_line
from handlers.messages.configs import live
from handlers.messages.errors import missing
from handlers.messages.lists import page_suggestions, pages, row
from handlers.messages.project_edits import LABELS
from handlers.messages.rendering import renders

RUNNING = 5
"""Running evaluations that are named."""


def list_suggestions(shown: ProjectList) -> tuple[Suggestion, ...]:
    """Every row, and the pages before and after."""
    return (*(Suggestion(each.project.name, each.line) for each in shown.rows), *page_suggestions(shown))


@renders(ProjectList, buttons=list_suggestions)
def project_list(shown: ProjectList, drafts: Drafts) -> Message:
    """The projects, by name."""
    unread = " ".join(words.unread(each) for each in shown.unread)
    if not shown.rows:
        text = "There are no projects yet."
        return compose(f"{text} {unread}".rstrip(), section(text), *missing(shown.unread))
    holding = f" with {code(shown.words)} in the name" if shown.words else ""
    head = f"{words.counted(shown.total, 'project')}{holding}"
    return compose(
        f"{head}, page {shown.page} of {shown.pages}: "
        f"{', '.join(code(each.project.name) for each in shown.rows)}. {unread}".rstrip(),
        section(f"*{head}*"),
        *(
            row(
                f"*{code(each.project.name)}* · {phrases.at(each.project.provider, each.noun)} · "
                f"{words.counted(each.configs, 'config')}\n{code(each.project.id)}",
                each.line,
                drafts,
                number,
            )
            for number, each in enumerate(shown.rows, start=1)
        ),
        *pages(shown, drafts),
        *missing(shown.unread),
    )


def detail_suggestions(shown: ProjectDetail) -> tuple[Suggestion, ...]:
    """What can be looked at next."""
    every = Suggestion("All configs", shown.configs_line)
    return (every, Suggestion("Evaluations", shown.evaluations_line)) if shown.keeps_evaluations else (every,)


@renders(ProjectDetail, buttons=detail_suggestions)
def project_detail(shown: ProjectDetail, drafts: Drafts) -> Message:
    """A project whole."""
    name = code(shown.project.name)
    lives = ", ".join(map(cell_in_short, shown.cells[:MAX_CELLS]))
    pending = [code(cell.pending.label) for cell in shown.cells if cell.pending is not None]
    text = f"{name} has {words.counted(shown.total, 'config')}. Live: {lives or 'nothing (it has no environments)'}."
    text += f" Open changes: {words.some(pending, 5)}." if pending else ""
    known = list(_fields(shown))
    text += "".join(f" {label}: {value}." for label, value in known)
    return compose(
        f"{text} {_running_in_short(shown)}",
        section(f"*{name}* · {code(shown.project.id)} · {phrases.at(shown.project.provider, shown.noun)}"),
        stack([f"{label}: {text}" for label, text in known]) if known else None,
        stack(["*What is live*", *_cells(shown)]),
        stack([f"*{words.counted(shown.total, 'config')}*", *_configs(shown)]),
        *_running(shown),
        run_buttons(detail_suggestions(shown), drafts),
    )


def _fields(shown: ProjectDetail) -> Iterator[tuple[str, str]]:
    """What it has beside its name, with what kind of thing it configures."""
    if shown.mode:
        yield "Mode", code(shown.mode, 40)
    for field, label in LABELS.items():
        value = text_of(shown.fields, field)
        if field != "name" and value is not None and (field != "inverted" or shown.fields.metric):
            yield label, code(value, 200)


def _cells(shown: ProjectDetail) -> Iterator[str]:
    if not shown.cells:
        yield "It has no environments."
    yield from map(cell_line, shown.cells[:MAX_CELLS])
    if len(shown.cells) > MAX_CELLS:
        yield f"and {words.counted(len(shown.cells) - MAX_CELLS, 'more environment')}"


def _configs(shown: ProjectDetail) -> Iterator[str]:
    for each in shown.configs:
        yield f"• {code(each.config.name)} {live(each.live_in)}{scores.behind(each.scores, ', ')}"
    if shown.total > len(shown.configs):
        yield f"and {shown.total - len(shown.configs):,} more"


def _running_in_short(shown: ProjectDetail) -> str:
    if not shown.keeps_evaluations:
        return f"{code(shown.project.provider, 40)} keeps no evaluations."
    if shown.running is None:
        return "I couldn't read the evaluations."
    if not shown.running:
        return "No evaluation is running."
    count = len(shown.running)
    return f"{words.counted(count, 'evaluation')} {'is' if count == 1 else 'are'} running."


def _running(shown: ProjectDetail) -> Iterator[Block]:
    yield section(_running_in_short(shown))
    running = shown.running or ()
    if running:
        yield bullets(
            f"{code(each.id)} of {code(each.config_name)}, created {moment(each.created_at)}"
            for each in running[:RUNNING]
        )
    if len(running) > RUNNING:
        yield context(f"And {words.counted(len(running) - RUNNING, 'more running evaluation')}.")
