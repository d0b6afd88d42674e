"""The lines about evaluations."""

from __future__ import annotations

from bot.domain.base import Outcome
from bot.domain.evaluations import COMPLETED, RUNNING, Evaluation
from bot.domain.facts import StatusUpdate
from bot.domain.outcomes import Permission
from bot.domain.policies import decide
from bot.features.evaluations import evaluation_queries, forms, updates
from bot.features.registration import Call, Effect, Line
from bot.grammar import Noun, say
from bot.grammar.commands import CompleteEvaluation, ListEvaluations, ReopenEvaluation, ShowEvaluation

EVALUATION = Noun(
    word="evaluation",
    spellings=("evaluations",),
    group="Evaluations",
    slash="evaluations",
    about="List, show and complete evaluations.",
)


async def answer(call: Call) -> Outcome:
    """A list of evaluations, or one in detail: the reading that resolves."""
    return await evaluation_queries.answer(call.ctx, call.commands, call.actor, page=call.page)


async def set_status(call: Call) -> Outcome:
    """Complete or reopen an evaluation."""
    return await updates.set_status(call.ctx, call.command.evaluation.text, _status(call), call.actor)


async def explain_status(call: Call) -> Outcome:
    """Whether this person may give the evaluation that status."""
    evaluation = await updates.find(call.ctx, call.command.evaluation.text)
    if not isinstance(evaluation, Evaluation):
        return evaluation
    return Permission(say(call.command), decide(StatusUpdate(call.actor, evaluation, _status(call))))


def _status(call: Call) -> str:
    return COMPLETED if isinstance(call.command, CompleteEvaluation) else RUNNING


LINES = (
    Line(
        key="evaluations",
        usage="evaluations [PROJECT] [STATUS]",
        does="List evaluations, all or by project and status.",
        example="evaluations triage running",
        command=ListEvaluations,
        noun=EVALUATION,
        says="evaluations list [PROJECT] [STATUS]",
        also=("evaluations list of PROJECT [STATUS]", "evaluations of PROJECT [STATUS]", "evaluations STATUS PROJECT"),
        run=answer,
    ),
    Line(
        key="evaluation",
        usage="evaluation EVALUATION",
        does="Show an evaluation and its scores.",
        example="evaluation ev_1a2b",
        command=ShowEvaluation,
        noun=EVALUATION,
        says="evaluation show EVALUATION",
        run=answer,
        opens_form=("evaluation show",),
        form=forms.form(ShowEvaluation),
    ),
    Line(
        key="evaluation complete",
        usage="evaluation complete EVALUATION",
        does="Mark a running evaluation as completed.",
        example="evaluation complete ev_1a2b",
        command=CompleteEvaluation,
        noun=EVALUATION,
        effect=Effect.CHANGES,
        run=set_status,
        explain=explain_status,
        opens_form=("evaluation complete",),
        form=forms.form(CompleteEvaluation, COMPLETED),
    ),
    Line(
        key="evaluation reopen",
        usage="evaluation reopen EVALUATION",
        does="Set a completed evaluation back to running.",
        example="evaluation reopen ev_1a2b",
        command=ReopenEvaluation,
        noun=EVALUATION,
        effect=Effect.CHANGES,
        run=set_status,
        explain=explain_status,
        opens_form=("evaluation reopen",),
        form=forms.form(ReopenEvaluation, RUNNING),
    ),
)
