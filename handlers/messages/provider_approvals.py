"""What is said about a provider's own approvals, and about weights that a change would give up."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.changes import Change
from bot.domain.drafts import Draft, Drafts
from bot.domain.outcomes import AtProvider, ConfirmReplacesRollout
from handlers.ids import Action
from handlers.messages import phrases, words
from handlers.messages.blocks import Message, actions, button, code, compose, confirm, link, section
from handlers.messages.rendering import renders


def standing(change: Change) -> Iterator[Block]:
    """Where the approval is given, and what happens then."""
    provider = code(change.project.provider, 40)
    if change.gate is None:
        yield section(f"{provider} requires its own approval. I'm asking for it.")
        return
    there = link(change.gate.link, "Review it there")
    yield section(
        f"{provider} requires its own approval. {there}: request {code(change.gate.id)}. "
        "Once it is approved there, I check everything again and apply it through that approval."
    )


def buttons(change: Change) -> Iterator[ButtonElement]:
    """What can be done meanwhile."""
    yield button("Check now", Action.CHECK_NOW, change.id)


@renders(AtProvider)
def at_provider(outcome: AtProvider) -> Message:
    """It waits there."""
    change = outcome.change
    head = f"{code(change.label)} is waiting for an approval at {code(change.project.provider, 40)}."
    why = f" I couldn't check it just now: {words.fault(outcome.problem)}" if outcome.problem else ""
    text = f"{head} I check every half minute, and go on by myself.{why}"
    return compose(text, section(f"⏳ {text}"), *standing(change), actions(buttons(change)))


def lines(shown: ConfirmReplacesRollout) -> tuple[Draft, ...]:
    """What the button that confirms it asks for."""
    return (shown.kept,)


@renders(ConfirmReplacesRollout, buttons=lines)
def confirm_replaces_rollout(shown: ConfirmReplacesRollout, drafts: Drafts) -> Message:
    """What would be given up, and the button that asks for it all the same."""
    place = f"{code(shown.project.name)} in {code(shown.environment.name)}"
    head = (
        f"Several configs share the traffic of {place}, with weights that somebody set: {phrases.served(shown.live)}."
    )
    question = confirm(
        "Replace the split?",
        "This replaces the weights. You can put them back with Undo, or with rollback.",
        "Replace the split",
        "Keep it",
    )
    draft = drafts.get(shown.kept)
    return compose(
        f"{head} This would replace those weights. I do nothing until you confirm.",
        section(f"*{head}*"),
        section("This would replace those weights. I do nothing until you confirm."),
        actions([button("Replace the split", Action.REPLACE_SPLIT, draft, style="danger", confirm=question)])
        if draft
        else None,
    )
