"""The list of evaluations, and one evaluation in detail compared with what is live."""

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
from handlers.messages.evaluation_reports import complete_button, progress_text, quiet_buttons, subject, waiting_for
from handlers.messages.lists import page_suggestions, pages, row
from handlers.messages.rendering import renders

GLYPHS = {PENDING: "⏳", RUNNING: "⏳", COMPLETED: "✅", CANCELLED: "⏹️"}

EVALUATORS = 10
"""Most evaluators of a run that are shown."""


def status(evaluation: Evaluation) -> str:
    """The status in mrkdwn; an unknown one is quoted."""
    return evaluation.status if evaluation.status in GLYPHS else code(evaluation.status, 40)


def _glyph(evaluation: Evaluation) -> str:
    return GLYPHS.get(evaluation.status, "❓")


def list_suggestions(evaluations: EvaluationList) -> tuple[Suggestion, ...]:
    """A suggestion for each row, and for the previous and the next page."""
    return (*(Suggestion(each.evaluation.id, each.line) for each in evaluations.rows), *page_suggestions(evaluations))


@renders(EvaluationList, buttons=list_suggestions)
def evaluation_list(evaluations: EvaluationList, drafts: Drafts) -> Message:
    """Evaluations, the newest first."""
    of = f" of {code(evaluations.project.name)}" if evaluations.project else ""
    kind = (
        f"{evaluations.status} "
        if evaluations.status in GLYPHS
        else f"{code(evaluations.status)} "
        if evaluations.status
        else ""
    )
    missing = _missing(evaluations)
    if not evaluations.rows:
        text = f"There are no {kind}evaluations{of}. {missing}".rstrip()
        if evaluations.unlooked:
            text = _too_many(evaluations, kind)
        return compose(text, section(text))
    head = f"{words.counted(evaluations.total, f'{kind}evaluation')}{of}"
    short = ", ".join(
        f"{code(each.evaluation.id)} of {code(each.evaluation.config_name)} {status(each.evaluation)}"
        for each in evaluations.rows
    )
    return compose(
        f"{head}, the newest first, page {evaluations.page} of {evaluations.pages}: {short}. {missing}".rstrip(),
        section(f"*{head}*, the newest first"),
        *(
            row(_row(each.evaluation, each.project.name), each.line, drafts, number)
            for number, each in enumerate(evaluations.rows, start=1)
        ),
        *pages(evaluations, drafts),
        context(missing) if missing else None,
    )


def _too_many(evaluations: EvaluationList, kind: str) -> str:
    last_check = "My last check found no running evaluations. " if evaluations.status == RUNNING else ""
    count = f"There are {evaluations.unlooked:,} projects, too many to search for {kind}evaluations now. "
    return f"{last_check}{count}Name one: `evaluations PROJECT`."


def _unsupported(providers: Sequence[str]) -> str:
    names = words.some([code(each, 40) for each in providers], 5)
    return f"{names} {'keeps' if len(providers) == 1 else 'keep'} no evaluations." if names else ""


def _missing(evaluations: EvaluationList) -> str:
    """What the list leaves out and how to see it; empty when it is complete."""
    if not evaluations.unlooked:
        of = words.counted(evaluations.unreadable, "project")
        unread = f"I couldn't read the evaluations of {of}. " if evaluations.unreadable else ""
        return f"{unread}{_unsupported(evaluations.without)}".rstrip()
    unread = (
        f"I couldn't read {words.counted(evaluations.unreadable, 'evaluation')}. " if evaluations.unreadable else ""
    )
    return (
        f"{unread}These are the running ones from my last check. There are {evaluations.unlooked:,} projects: "
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


def detail_suggestions(detail: EvaluationDetail) -> tuple[Suggestion, ...]:
    """Suggestions for what to do or look at next."""
    lines = (("Reopen", detail.reopen_line), ("Evaluations of this project", detail.list_line))
    return tuple(Suggestion(name, line) for name, line in lines if line is not None)


@renders(EvaluationDetail, buttons=detail_suggestions)
def evaluation_detail(detail: EvaluationDetail, drafts: Drafts) -> Message:
    """One evaluation: its status, its evaluators, its scores next to those of what is live."""
    evaluation = detail.evaluation
    of = f" of {code(detail.project.name)}" if detail.project else ""
    head = f"Evaluation of {code(evaluation.config_name)}{of} {_since(detail)}"
    scored = [f"{name} {score}" for name, score in _scores(evaluation) if score != phrases.score(None)]
    return compose(
        f"{head}. {f'Scores: {words.some(scored, 5)}. ' if scored else ''}{_waiting(evaluation)}".rstrip(),
        section(f"{_glyph(evaluation)} *{head}.*"),
        section(_config_and_dataset(detail)),
        *_evaluators(evaluation),
        *scores.beside(detail.against),
        *_unread(detail),
        section(f"{_waiting(evaluation)} {progress_text(detail.progress, evaluation)}".rstrip())
        if evaluation.status == RUNNING
        else None,
        actions(
            [
                complete_button(evaluation, detail.progress) if detail.may_complete else None,
                *(quiet_buttons(detail.reminder, subject(evaluation)) if detail.reminder else ()),
                *(
                    button(each.label, numbered(Action.RUN_LINE, number), drafts[each.line])
                    for number, each in enumerate(detail_suggestions(detail), start=1)
                    if each.line in drafts
                ),
            ]
        ),
        context(f"{code(evaluation.id)} · {code(evaluation.provider, 40)} · created {moment(evaluation.created_at)}"),
    )


def _since(detail: EvaluationDetail) -> str:
    if detail.evaluation.status != RUNNING:
        return f"is {status(detail.evaluation)}, last changed {moment(detail.evaluation.updated_at)}"
    least = "" if detail.exact else "at least "
    return f"has been running for {least}{words.span(detail.now - detail.since)}, since {moment(detail.since)}"


def _waiting(evaluation: Evaluation) -> str:
    return waiting_for(evaluation) if evaluation.status == RUNNING else ""


def _config_and_dataset(detail: EvaluationDetail) -> str:
    evaluation = detail.evaluation
    places = live(detail.live_in) if detail.project and not detail.problem else "I don't know where it's live"
    points = words.counted(evaluation.datapoints, "datapoint")
    config = f"Config: {code(evaluation.config_name)} ({code(evaluation.config_id)}), {places}"
    dataset = f"Dataset: {code(evaluation.dataset_name)}, {points}, version {code(evaluation.dataset_version_id)}"
    return f"{config}\n{dataset}"


def _scores(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Every evaluator with its score, in mrkdwn."""
    values = {score.evaluator_id: score.value for score in evaluation.scores}
    for each in evaluation.evaluators:
        yield code(each.name, 40), phrases.score(values.get(each.id))


def _evaluators(evaluation: Evaluation) -> Iterator[Block]:
    if not evaluation.evaluators:
        yield section("It has no evaluators.")
        return
    kinds = [f"{code(each.kind, 20)}, {code(each.return_type, 20)}" for each in evaluation.evaluators]
    pairs = list(zip(_scores(evaluation), kinds, strict=True))
    yield section("*Evaluators*")
    yield bullets((f"{name}: {score} ({kind})" for (name, score), kind in pairs[:EVALUATORS]), 1_500)
    if len(pairs) > EVALUATORS:
        yield context(f"And {words.counted(len(pairs) - EVALUATORS, 'more evaluator')}.")


def _unread(detail: EvaluationDetail) -> Iterator[Block]:
    """Why there is no comparison with what is live."""
    if detail.problem is not None:
        yield section("I couldn't read what is live, so there's nothing to compare with.")
        yield from problem_blocks(detail.problem)
    elif detail.project is None:
        yield context("I don't know which project its config belongs to, so there's nothing to compare with.")
