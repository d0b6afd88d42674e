"""The lines about changes: request one, decide on it, its history, and the board of what is live."""

from __future__ import annotations

from bot.domain.base import Outcome
from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.outcomes import NotFound, Permission
from bot.domain.policies import decide
from bot.features.changes import approvals, deploys, forms, history, schedules
from bot.features.registration import Call, Effect, Line
from bot.grammar import Noun, say
from bot.grammar.commands import (
    Deactivate,
    Deploy,
    ListApprovals,
    ListChanges,
    Promote,
    Reschedule,
    Rollback,
    ShowBoard,
    ShowChange,
    Withdraw,
)
from bot.resolve.change_requests import resolve_change
from bot.resolve.resolver import Resolved, resolve

WHEN = "[at TIME | in DURATION] [because REASON]"
LIVE = "Change what is live"
DECIDE = "Decide and look back"

APPROVAL = Noun(word="approval", spellings=("approvals",), group=DECIDE, slash="approvals")
CHANGE = Noun(word="change", spellings=("changes",), group=DECIDE)
DEPLOYMENT = Noun(word="deployment", spellings=("deployments",), group="Look", slash="deployments")


async def ask(call: Call) -> Outcome:
    """Resolve the names, and ask for the change."""
    request = await resolve_change(call.ctx.index, call.commands)
    if not isinstance(request, ChangeRequest):
        return request
    return await deploys.request(call.ctx, request, call.actor, call.place)


async def explain_change(call: Call) -> Outcome:
    """What the change would need."""
    request = await resolve_change(call.ctx.index, call.commands)
    if not isinstance(request, ChangeRequest):
        return request
    return await deploys.explain(call.ctx, request, call.actor, say(call.command))


async def list_approvals(call: Call) -> Outcome:
    """Changes waiting for this person's vote."""
    return await history.approvals(call.ctx, call.actor, page=call.page)


async def list_changes(call: Call) -> Outcome:
    """The history, of a project or an environment where they are named."""
    resolved = await resolve(call.ctx.index, call.commands, ListChanges)
    if not isinstance(resolved, Resolved):
        return resolved
    line = resolved.line(call.ctx.index)
    return await history.history(call.ctx, resolved.project, resolved.environment(), line, page=call.page)


async def show_board(call: Call) -> Outcome:
    """What is live, in one project or in all."""
    resolved = await resolve(call.ctx.index, call.commands, ShowBoard)
    if not isinstance(resolved, Resolved):
        return resolved
    projects = list(resolved.projects) or [entry.project for entry in call.ctx.index.entries()]
    return await history.board(call.ctx, projects, resolved.line(call.ctx.index), page=call.page)


async def show_change(call: Call) -> Outcome:
    """One change in detail."""
    return await history.detail(call.ctx, call.command.change.text)


async def withdraw(call: Call) -> Outcome:
    """Withdraw a change."""
    change = await history.find(call.ctx, call.command.change.text)
    if change is None:
        return NotFound("change", call.command.change.text)
    return await approvals.withdraw(call.ctx, change.id, call.actor)


async def explain_withdraw(call: Call) -> Outcome:
    """Whether this person may withdraw the change."""
    change = await history.find(call.ctx, call.command.change.text)
    if change is None:
        return NotFound("change", call.command.change.text)
    async with call.ctx.store.read() as tx:
        return Permission(say(call.command), decide(await approvals.withdrawal(tx, change, call.actor)))


async def move(call: Call) -> Outcome:
    """Give a scheduled change another time."""
    change = await history.find(call.ctx, call.command.change.text)
    if change is None:
        return NotFound("change", call.command.change.text)
    return await schedules.move(call.ctx, change.id, call.command.when, call.actor)


async def explain_move(call: Call) -> Outcome:
    """Whether this person may move the change to that time."""
    change = await history.find(call.ctx, call.command.change.text)
    if change is None:
        return NotFound("change", call.command.change.text)
    answer = await schedules.may_move(call.ctx, change, call.actor, call.command.when)
    return Permission(say(call.command), answer)


LINES = (
    Line(
        key="deploy",
        usage=f"deploy CONFIG [of PROJECT] to ENV {WHEN}",
        does="Ask to make a config live in an environment.",
        example="deploy config_x to production",
        command=Deploy,
        group=LIVE,
        slash="deploy",
        also=(
            f"deploy CONFIG [of PROJECT] {WHEN}",
            f"deploy CONFIG [of PROJECT] in ENV {WHEN}",
            "deploy CONFIG [of PROJECT] (at TIME | in DURATION) to ENV [because REASON]",
        ),
        loose=(f"deploy CONFIG PROJECT to ENV {WHEN}", f"deploy PROJECT CONFIG to ENV {WHEN}"),
        effect=Effect.CHANGES_WHAT_IS_LIVE,
        run=ask,
        explain=explain_change,
        opens_form=("deploy",),
        form=forms.form(Kind.DEPLOY),
    ),
    Line(
        key="promote",
        usage=f"promote PROJECT from SOURCE to ENV {WHEN}",
        does="Deploy what is live in the first environment to the second.",
        example="promote triage from staging to production",
        command=Promote,
        group=LIVE,
        slash="promote",
        also=(f"promote PROJECT to ENV from SOURCE {WHEN}", f"promote PROJECT [from SOURCE] [to ENV] {WHEN}"),
        effect=Effect.CHANGES_WHAT_IS_LIVE,
        run=ask,
        explain=explain_change,
        opens_form=("promote",),
        form=forms.form(Kind.PROMOTE),
    ),
    Line(
        key="rollback",
        usage=f"rollback PROJECT in ENV [to CONFIG] {WHEN}",
        does="Deploy what was live before, or the config you name.",
        example="rollback triage in production",
        command=Rollback,
        group=LIVE,
        spellings=("roll back", "roll-back"),
        slash="rollback",
        also=(
            f"rollback PROJECT to config CONFIG {WHEN}",
            f"rollback PROJECT to ENV {WHEN}",
            f"rollback PROJECT to CONFIG [in ENV] {WHEN}",
            f"rollback PROJECT {WHEN}",
        ),
        effect=Effect.CHANGES_WHAT_IS_LIVE,
        run=ask,
        explain=explain_change,
        opens_form=("rollback",),
        form=forms.form(Kind.ROLLBACK),
    ),
    Line(
        key="deactivate",
        usage=f"deactivate PROJECT in ENV {WHEN}",
        does="Stop serving a project in an environment: nothing is live there afterwards.",
        example="deactivate triage in staging because it answers twice",
        command=Deactivate,
        group=LIVE,
        slash="deactivate",
        also=(f"deactivate PROJECT from ENV {WHEN}", f"deactivate PROJECT {WHEN}"),
        effect=Effect.CHANGES_WHAT_IS_LIVE,
        run=ask,
        explain=explain_change,
        opens_form=("deactivate",),
        form=forms.form(Kind.DEACTIVATE),
    ),
    Line(
        key="approvals",
        usage="approvals",
        does="Show what is waiting for you.",
        example="approvals",
        command=ListApprovals,
        noun=APPROVAL,
        also=("approvals list",),
        run=list_approvals,
    ),
    Line(
        key="changes",
        usage="changes [PROJECT] [in ENV]",
        does="Show the history of changes.",
        example="changes triage in production",
        command=ListChanges,
        noun=CHANGE,
        says="changes list [PROJECT] [in ENV]",
        also=("changes [list] of PROJECT [in ENV]",),
        run=list_changes,
    ),
    Line(
        key="change",
        usage="change ID",
        does="Show everything about one change.",
        example="change ch-142",
        command=ShowChange,
        noun=CHANGE,
        says="change show ID",
        run=show_change,
    ),
    Line(
        key="withdraw",
        usage="withdraw ID",
        does="Take back your own change, even a scheduled one.",
        example="withdraw ch-142",
        command=Withdraw,
        group=DECIDE,
        also=("withdraw change ID",),
        effect=Effect.CHANGES,
        run=withdraw,
        explain=explain_withdraw,
    ),
    Line(
        key="move",
        usage="move ID (at TIME | in DURATION)",
        does="Move a scheduled change to another time. Its approvals stay valid.",
        example="move ch-142 at 9:00 tomorrow",
        command=Reschedule,
        group=DECIDE,
        also=("move change ID (at TIME | in DURATION)", "move [change] ID to TIME"),
        effect=Effect.CHANGES,
        run=move,
        explain=explain_move,
    ),
    Line(
        key="deployments",
        usage="deployments [PROJECT]",
        does="Show the board: what is live where, since when and by whom.",
        example="deployments triage",
        command=ShowBoard,
        noun=DEPLOYMENT,
        also=("deployments list [PROJECT]", "deployments [list] of PROJECT"),
        run=show_board,
    ),
)
