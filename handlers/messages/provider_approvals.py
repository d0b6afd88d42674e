"""Messages about a provider's own approvals, and about rollout weights that a change would replace."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.changes import Change
from bot.domain.drafts import Draft, Drafts
from bot.domain.outcomes import AtProvider, ConfirmReplacesRollout, NotWithdrawn
from handlers.ids import Action
from handlers.messages import phrases, words
from handlers.messages.blocks import Message, actions, button, code, compose, confirm, link, section
from handlers.messages.errors import problem_blocks
from handlers.messages.rendering import renders


def standing(change: Change) -> Iterator[Block]:
    """Where to approve at the provider, and what happens then."""
    provider = code(change.project.provider, 40)
    if change.gate is None:
        yield section(f"{provider} requires its own approval. I'm asking for it.")
        return
    there = link(change.gate.link, "Review it there")
    yield section(
        f"{provider} requires its own approval. {there}: request {code(change.gate.id)}. "
        "Once it is approved there, I check everything again and apply it through that approval."
    )


def left(change: Change) -> str:
    """That a request may still stand at a provider that is no longer configured, to follow a sentence."""
    provider = code(change.project.provider, 40)
    where = f" {link(change.gate.link, 'Review it there')}." if change.gate is not None else ""
    return (
        f" {provider} is no longer set up here, so an approval request for it may still stand there. "
        f"Delete it there if it does.{where}"
    )


def buttons(change: Change) -> Iterator[ButtonElement]:
    """The button of a change that waits at the provider."""
    yield button("Check now", Action.CHECK_NOW, change.id)


@renders(AtProvider)
def at_provider(result: AtProvider) -> Message:
    """The change waits for an approval at the provider."""
    change = result.change
    head = f"{code(change.label)} is waiting for an approval at {code(change.project.provider, 40)}."
    tried = "check it" if change.gate is not None else "finish asking for it"
    why = f" I couldn't {tried} just now: {words.fault(result.problem)}" if result.problem else ""
    text = f"{head} I check every half minute, and go on by myself.{why}"
    return compose(text, section(f"⏳ {text}"), *standing(change), actions(buttons(change)))


@renders(NotWithdrawn)
def not_withdrawn(result: NotWithdrawn) -> Message:
    """The change still waits at the provider, because its request could not be withdrawn there."""
    change = result.change
    head = f"{code(change.label)} is not withdrawn"
    why = f"I couldn't withdraw its approval request at {code(change.project.provider, 40)}, so it still waits there."
    to_do = "Withdraw it again in a few minutes."
    if change.gate is not None:
        to_do += f" If that keeps failing, decline the request there: {link(change.gate.link, 'Review it there')}."
    return compose(
        f"{head}. {why} {words.fault(result.problem)} {to_do}",
        section(f"❌ *{head}.* {why}"),
        *problem_blocks(result.problem, advise=False),
        section(to_do),
        actions([button("Show", Action.REVIEW, change.id)]),
    )


def lines(question: ConfirmReplacesRollout) -> tuple[Draft, ...]:
    """The change request behind the confirming button."""
    return (question.kept,)


@renders(ConfirmReplacesRollout, buttons=lines)
def confirm_replaces_rollout(result: ConfirmReplacesRollout, drafts: Drafts) -> Message:
    """The weights that would be replaced, and the button that confirms it."""
    place = f"{code(result.project.name)} in {code(result.environment.name)}"
    title = (
        f"Several configs share the traffic of {place}, with weights that somebody set: {phrases.served(result.live)}."
    )
    confirmation = confirm(
        "Replace the split?",
        "This replaces the weights. You can put them back with Undo, or with rollback.",
        "Replace the split",
        "Keep it",
    )
    draft = drafts.get(result.kept)
    return compose(
        f"{title} This would replace those weights. I do nothing until you confirm.",
        section(f"*{title}*"),
        section("This would replace those weights. I do nothing until you confirm."),
        actions([button("Replace the split", Action.REPLACE_SPLIT, draft, style="danger", confirm=confirmation)])
        if draft
        else None,
    )
