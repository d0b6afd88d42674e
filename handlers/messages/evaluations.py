"""Evaluations that were asked for: a list of them, and one whole beside what is live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.domain.drafts import Drafts
from bot.domain.evaluations import CANCELLED, COMPLETED, PENDING, RUNNING, WAITS_FOR_CALLER, Evaluation
from bot.domain.views import EvaluationDetail, EvaluationList, Suggestion
from handlers.ids import Action, numbered
from handlers.messages import phrases, scores, words
from handlers.messages.blocks import Message, actions, bullets, button, code, compose, context, moment, section
from handlers.messages.configs import live
from handlers.messages.errors import problem_blocks
from handlers.messages.evaluation_reports import complete_button, how_far, people, quiet_buttons, subject
from handlers.messages.lists import page_suggestions, pages, row
from handlers.messages.rendering import renders

GLYPHS = {PENDING: "⏳", RUNNING: "⏳", COMPLETED: "✅", CANCELLED: "⏹️"}

EVALUATORS = 10
"""Evaluators of a run that are shown."""


def status(evaluation: Evaluation) -> str:
    """How it stands; a status that we do not know is said as it came."""
    return evaluation.status if evaluation.status in GLYPHS else code(evaluation.status, 40)


def _glyph(evaluation: Evaluation) -> str:
    return GLYPHS.get(evaluation.status, "❓")


def list_suggestions(shown: EvaluationList) -> tuple[Suggestion, ...]:
    """Every row, and the pages before and after."""
    return (*(Suggestion(each.evaluation.id, each.line) for each in shown.rows), *page_suggestions(shown))


@renders(EvaluationList, buttons=list_suggestions)
def evaluation_list(shown: EvaluationList, drafts: Drafts) -> Message:
    """Evaluations, the newest first."""
    of = f" of {code(shown.project.name)}" if shown.project else ""
    kind = f"{shown.status} " if shown.status in GLYPHS else f"{code(shown.status)} " if shown.status else ""
    missing = _missing(shown)
    if not shown.rows:
        text = f"There are no {kind}evaluations{of}. {missing}".rstrip()
        if shown.unlooked:
            text = _too_many(shown, kind)
        return compose(text, section(text))
    head = f"{words.counted(shown.total, f'{kind}evaluation')}{of}"
    short = ", ".join(
        f"{code(each.evaluation.id)} of {code(each.evaluation.config_name)} {status(each.evaluation)}"
        for each in shown.rows
    )
    return compose(
        f"{head}, the newest first, page {shown.page} of {shown.pages}: {short}. {missing}".rstrip(),
        section(f"*{head}*, the newest first"),
        *(
            row(_row(each.evaluation, each.project.name), each.line, drafts, number)
            for number, each in enumerate(shown.rows, start=1)
        ),
        *pages(shown, drafts),
        context(missing) if missing else None,
    )


def _too_many(shown: EvaluationList, kind: str) -> str:
    found = "My last check found no running evaluations. " if shown.status == RUNNING else ""
    looked = f"There are {shown.unlooked:,} projects, too many to search for {kind}evaluations now. "
    return f"{found}{looked}Name one: `evaluations PROJECT`."


def _without(providers: Sequence[str]) -> str:
    names = words.some([code(each, 40) for each in providers], 5)
    return f"{names} {'keeps' if len(providers) == 1 else 'keep'} no evaluations." if names else ""


def _missing(shown: EvaluationList) -> str:
    """What the list leaves out, and how to see it."""
    if not shown.unlooked:
        of = words.counted(shown.unreadable, "project")
        unread = f"I couldn't read the evaluations of {of}. " if shown.unreadable else ""
        return f"{unread}{_without(shown.without)}".rstrip()
    unread = f"I couldn't read {words.counted(shown.unreadable, 'evaluation')}. " if shown.unreadable else ""
    return (
        f"{unread}These are the running ones from my last check. There are {shown.unlooked:,} projects: "
        "to see all evaluations of one, type `evaluations PROJECT`."
    )


def _row(evaluation: Evaluation, project: str) -> str:
    waits = [code(each.name, 40) for each in evaluation.evaluators if each.kind in WAITS_FOR_CALLER]
    waiting = f" · waiting for {words.some(waits, 2)}" if waits and evaluation.status == RUNNING else ""
    return (
        f"{_glyph(evaluation)} {status(evaluation)} · *{code(evaluation.config_name)}* of {code(project)}\n"
        f"{code(evaluation.id)} · created {moment(evaluation.created_at)} · {code(evaluation.dataset_name, 40)}, "
        f"{words.counted(evaluation.datapoints, 'datapoint')}{waiting}"
    )


def detail_suggestions(shown: EvaluationDetail) -> tuple[Suggestion, ...]:
    """What can be done or looked at next."""
    lines = (("Reopen", shown.reopen_line), ("Evaluations of this project", shown.list_line))
    return tuple(Suggestion(name, line) for name, line in lines if line is not None)


@renders(EvaluationDetail, buttons=detail_suggestions)
def evaluation_detail(shown: EvaluationDetail, drafts: Drafts) -> Message:
    """One evaluation: how it stands, what judges it, how it scored beside what is live."""
    evaluation = shown.evaluation
    of = f" of {code(shown.project.name)}" if shown.project else ""
    head = f"Evaluation of {code(evaluation.config_name)}{of} {_standing(shown)}"
    scored = [f"{name} {score}" for name, score in _scores(evaluation) if score != phrases.score(None)]
    return compose(
        f"{head}. {f'Scores: {words.some(scored, 5)}. ' if scored else ''}{_waits(evaluation)}".rstrip(),
        section(f"{_glyph(evaluation)} *{head}.*"),
        section(_what(shown)),
        *_judges(evaluation),
        *scores.beside(shown.against),
        *_unread(shown),
        section(f"{_waits(evaluation)} {how_far(shown.progress, evaluation)}".rstrip())
        if evaluation.status == RUNNING
        else None,
        actions(
            [
                complete_button(evaluation, shown.progress) if shown.may_complete else None,
                *(quiet_buttons(shown.reminder, subject(evaluation)) if shown.reminder else ()),
                *(
                    button(each.label, numbered(Action.RUN_LINE, number), drafts[each.line])
                    for number, each in enumerate(detail_suggestions(shown), start=1)
                    if each.line in drafts
                ),
            ]
        ),
        context(f"{code(evaluation.id)} · {code(evaluation.provider, 40)} · created {moment(evaluation.created_at)}"),
    )


def _standing(shown: EvaluationDetail) -> str:
    if shown.evaluation.status != RUNNING:
        return f"is {status(shown.evaluation)}, last changed {moment(shown.evaluation.updated_at)}"
    least = "" if shown.exact else "at least "
    return f"has been running for {least}{words.span(shown.now - shown.since)}, since {moment(shown.since)}"


def _waits(evaluation: Evaluation) -> str:
    return people(evaluation) if evaluation.status == RUNNING else ""


def _what(shown: EvaluationDetail) -> str:
    evaluation = shown.evaluation
    places = live(shown.live_in) if shown.project and not shown.problem else "I don't know where it's live"
    points = words.counted(evaluation.datapoints, "datapoint")
    config = f"Config: {code(evaluation.config_name)} ({code(evaluation.config_id)}), {places}"
    dataset = f"Dataset: {code(evaluation.dataset_name)}, {points}, version {code(evaluation.dataset_version_id)}"
    return f"{config}\n{dataset}"


def _scores(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Every evaluator with its score, in mrkdwn."""
    values = {score.evaluator_id: score.value for score in evaluation.scores}
    for each in evaluation.evaluators:
        yield code(each.name, 40), phrases.score(values.get(each.id))


def _judges(evaluation: Evaluation) -> Iterator[Block]:
    if not evaluation.evaluators:
        yield section("It has no evaluators.")
        return
    kinds = [f"{code(each.kind, 20)}, {code(each.return_type, 20)}" for each in evaluation.evaluators]
    pairs = list(zip(_scores(evaluation), kinds, strict=True))
    yield section("*Evaluators*")
    yield bullets((f"{name}: {score} ({kind})" for (name, score), kind in pairs[:EVALUATORS]), 1_500)
    if len(pairs) > EVALUATORS:
        yield context(f"And {words.counted(len(pairs) - EVALUATORS, 'more evaluator')}.")


def _unread(shown: EvaluationDetail) -> Iterator[Block]:
    """Why nothing stands beside its scores."""
    if shown.problem is not None:
        yield section("I couldn't read what is live, so there's nothing to compare with.")
        yield from problem_blocks(shown.problem)
    elif shown.project is None:
        yield context("I don't know which project its config belongs to, so there's nothing to compare with.")
