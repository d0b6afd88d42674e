"""The list of projects, and one project with its configs, what is live, changes and evaluations."""

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
"""Most running evaluations that are listed."""


def list_suggestions(projects: ProjectList) -> tuple[Suggestion, ...]:
    """A suggestion for each row, and for the previous and the next page."""
    return (*(Suggestion(each.project.name, each.line) for each in projects.rows), *page_suggestions(projects))


@renders(ProjectList, buttons=list_suggestions)
def project_list(projects: ProjectList, drafts: Drafts) -> Message:
    """The projects, sorted by name."""
    unread = " ".join(words.unread(each) for each in projects.unread)
    if not projects.rows:
        text = "There are no projects yet."
        return compose(f"{text} {unread}".rstrip(), section(text), *missing(projects.unread))
    filter_text = f" with {code(projects.words)} in the name" if projects.words else ""
    head = f"{words.counted(projects.total, 'project')}{filter_text}"
    return compose(
        f"{head}, page {projects.page} of {projects.pages}: "
        f"{', '.join(code(each.project.name) for each in projects.rows)}. {unread}".rstrip(),
        section(f"*{head}*"),
        *(
            row(
                f"*{code(each.project.name)}* · {phrases.at(each.project.provider, each.noun)} · "
                f"{words.counted(each.configs, 'config')}\n{code(each.project.id)}",
                each.line,
                drafts,
                number,
            )
            for number, each in enumerate(projects.rows, start=1)
        ),
        *pages(projects, drafts),
        *missing(projects.unread),
    )


def detail_suggestions(detail: ProjectDetail) -> tuple[Suggestion, ...]:
    """Suggestions for what to look at next."""
    configs = Suggestion("All configs", detail.configs_line)
    return (configs, Suggestion("Evaluations", detail.evaluations_line)) if detail.keeps_evaluations else (configs,)


@renders(ProjectDetail, buttons=detail_suggestions)
def project_detail(detail: ProjectDetail, drafts: Drafts) -> Message:
    """A project in detail."""
    name = code(detail.project.name)
    live_cells = ", ".join(map(cell_in_short, detail.cells[:MAX_CELLS]))
    pending = [code(cell.pending.label) for cell in detail.cells if cell.pending is not None]
    text = (
        f"{name} has {words.counted(detail.total, 'config')}. Live: {live_cells or 'nothing (it has no environments)'}."
    )
    text += f" Open changes: {words.some(pending, 5)}." if pending else ""
    fields = list(_fields(detail))
    text += "".join(f" {label}: {value}." for label, value in fields)
    return compose(
        f"{text} {_running_in_short(detail)}",
        section(f"*{name}* · {code(detail.project.id)} · {phrases.at(detail.project.provider, detail.noun)}"),
        stack([f"{label}: {text}" for label, text in fields]) if fields else None,
        stack(["*What is live*", *_cells(detail)]),
        stack([f"*{words.counted(detail.total, 'config')}*", *_configs(detail)]),
        *_running(detail),
        run_buttons(detail_suggestions(detail), drafts),
    )


def _fields(detail: ProjectDetail) -> Iterator[tuple[str, str]]:
    """Label and value of its mode and of all fields but the name."""
    if detail.mode:
        yield "Mode", code(detail.mode, 40)
    for field, label in LABELS.items():
        value = text_of(detail.fields, field)
        if field != "name" and value is not None and (field != "inverted" or detail.fields.metric):
            yield label, code(value, 200)


def _cells(detail: ProjectDetail) -> Iterator[str]:
    if not detail.cells:
        yield "It has no environments."
    yield from map(cell_line, detail.cells[:MAX_CELLS])
    if len(detail.cells) > MAX_CELLS:
        yield f"and {words.counted(len(detail.cells) - MAX_CELLS, 'more environment')}"


def _configs(detail: ProjectDetail) -> Iterator[str]:
    for each in detail.configs:
        yield f"• {code(each.config.name)} {live(each.live_in)}{scores.behind(each.scores, ', ')}"
    if detail.total > len(detail.configs):
        yield f"and {detail.total - len(detail.configs):,} more"


def _running_in_short(detail: ProjectDetail) -> str:
    if not detail.keeps_evaluations:
        return f"{code(detail.project.provider, 40)} keeps no evaluations."
    if detail.running is None:
        return "I couldn't read the evaluations."
    if not detail.running:
        return "No evaluation is running."
    count = len(detail.running)
    return f"{words.counted(count, 'evaluation')} {'is' if count == 1 else 'are'} running."


def _running(detail: ProjectDetail) -> Iterator[Block]:
    yield section(_running_in_short(detail))
    running = detail.running or ()
    if running:
        yield bullets(
            f"{code(each.id)} of {code(each.config_name)}, created {moment(each.created_at)}"
            for each in running[:RUNNING]
        )
    if len(running) > RUNNING:
        yield context(f"And {words.counted(len(running) - RUNNING, 'more running evaluation')}.")
