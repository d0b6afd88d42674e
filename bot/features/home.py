"""The App Home of one person, read whenever it is opened: our own database, and one read for each project."""

from __future__ import annotations

from bot.context import Context
from bot.domain.actors import Actor
from bot.domain.changes import OPEN, State
from bot.domain.evaluations import RUNNING
from bot.domain.facts import Denied, Lookup
from bot.domain.home import Home, RunningEvaluation
from bot.domain.notices import Reminder
from bot.domain.outcomes import Refused
from bot.domain.policies import decide
from bot.features.changes import history
from bot.grammar import say
from bot.grammar.commands import ListEvaluations, Name, ShowBoard, ShowEvaluation

PROJECTS = 5
"""Projects of the board, each one provider read: a Home is opened far more often than the board is requested."""

PATIENCE = 4.0
"""Seconds after which a project is shown without what is live in it."""

MINE = 10
EVALUATIONS = 5
"""Rows of the other lists."""

UNDER_WAY = OPEN | {State.SCHEDULED}


async def home(ctx: Context, actor: Actor) -> Home | Refused:
    """Everything that the Home of this person shows. A provider that does not answer is shown as such."""
    answer = decide(Lookup(actor))
    if isinstance(answer, Denied):
        return Refused(answer.reasons)
    waiting = await history.approvals(ctx, actor)
    async with ctx.store.read() as tx:
        mine, mine_total = await tx.changes(requester=actor.key, states=UNDER_WAY, limit=MINE)
        reminders = await tx.reminders(open_only=True)
    running = [reminder for reminder in reminders if reminder.provider in ctx.providers]
    concerned = {change.project.key for change in (*waiting.changes, *mine)}
    projects = [entry.project for entry in ctx.index.entries()]
    projects.sort(key=lambda project: project.key not in concerned)  # the others stay sorted by name
    return Home(
        waiting=waiting,
        mine=mine,
        mine_total=mine_total,
        board=await history.board(ctx, projects, say(ShowBoard()), size=PROJECTS, patience=PATIENCE),
        running=tuple(RunningEvaluation(each, _line(ctx, each)) for each in running[:EVALUATIONS]),
        running_total=len(running),
        running_line=say(ListEvaluations(status=RUNNING)),
        at=ctx.clock.now(),
    )


def _line(ctx: Context, reminder: Reminder) -> str:
    """The line that shows an evaluation, with its provider if there are several."""
    name = reminder.evaluation_id if len(ctx.providers) == 1 else f"{reminder.provider}:{reminder.evaluation_id}"
    return say(ShowEvaluation(Name(name)))
