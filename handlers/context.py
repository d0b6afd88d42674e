"""What all listeners share: look up the person, run a line, post the result."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass

from bot.context import Context
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.drafts import Draft, Drafts
from bot.domain.errors import StoreUnavailable
from bot.domain.facts import Denied, Lookup
from bot.domain.outcomes import Applied, AtProvider, AwaitingApproval, Failed, Refused, Scheduled, Unknown, Void
from bot.domain.policies import decide
from bot.features.dispatch import Speaker, run
from bot.features.drafts import keep_drafts
from bot.features.guard import guarded
from bot.grammar.commands import Command, Misunderstood
from bot.logs import get_logger
from bot.outbox import notices
from bot.tasks import Tasks
from handlers import messages
from handlers.payloads import Click, HomeOpened, Mention, SlashCommand, Submission
from handlers.replies import Reply

log = get_logger(__name__)

CARD_OUTCOMES = AwaitingApproval | AtProvider | Scheduled | Applied | Failed | Void | Unknown
"""Outcomes that the card of a change shows to everybody; they are not repeated in the channel of the card."""


@dataclass(frozen=True, slots=True)
class ListenerContext:
    """What listeners need: the application, its tasks, and the commands registered at start."""

    ctx: Context
    tasks: Tasks
    bot_user_id: str
    commands: Mapping[str, str]
    """Slash commands as registered, with their prefix, to the verb that each stands for ("" for the umbrella)."""

    async def actor(self, payload: SlashCommand | Click | Submission | Mention | HomeOpened) -> Actor:
        """The person who caused a payload, with their current account type in Slack."""
        team = payload.team if isinstance(payload, SlashCommand) else payload.user_team
        return await self.ctx.people.actor(payload.org, team, payload.user_id)

    async def reject_unauthorized(self, actor: Actor, reply: Reply) -> bool:
        """Refuse a person who may not even look things up; returns whether it did.

        Needed because people of other organisations see the buttons in a shared channel.
        """
        answer = decide(Lookup(actor))
        if isinstance(answer, Denied):
            await self.say(Refused(answer.reasons), actor, reply)
        return isinstance(answer, Denied)

    async def carry_out(
        self,
        readings: Sequence[Command],
        actor: Actor,
        place: Place,
        reply: Reply,
        *,
        page: int = 1,
        replace: bool = False,
    ) -> None:
        """Run a line and post its result."""
        result = await guarded(run(self.ctx, readings, Speaker(actor, place), page=page))
        if not await self._is_on_card(result, place):
            await self.say(result, actor, reply, replace=replace)
        elif replace:  # the card answers the question
            await reply.delete_original()

    async def answer(self, work: Awaitable[Outcome], actor: Actor, reply: Reply, place: Place | None = None) -> None:
        """Await `work` and post its result, unless a card in `place` shows it already."""
        result = await guarded(work)
        if place is None or not await self._is_on_card(result, place):
            await self.say(result, actor, reply)

    async def say(self, result: Outcome, actor: Actor, reply: Reply, *, replace: bool = False) -> None:
        """Post a result to one person; stores the drafts that its buttons need."""
        drafts = await self.drafts(messages.lines_of(result), actor)
        message = messages.outcome(result, drafts=drafts)
        if not drafts and messages.lines_of(result):
            message = messages.without_buttons(message)
        await reply.say(message, replace=replace)

    async def say_misunderstood(self, problem: Misunderstood, actor: Actor, reply: Reply) -> None:
        """Tell one person what to type instead."""
        drafts = await self.drafts(messages.lines_of(problem), actor)
        await reply.say(messages.misunderstood(problem, drafts))

    async def drafts(self, drafts: Sequence[Draft], actor: Actor) -> Drafts:
        """Store what buttons run or confirm and return the ids; empty, so without buttons, when the database fails."""
        try:
            return await keep_drafts(self.ctx, drafts, actor) if drafts else {}
        except StoreUnavailable as error:
            log.warning("drafts.not_kept", cause=str(error))
            return {}

    async def _is_on_card(self, result: Outcome, place: Place) -> bool:
        if not isinstance(result, CARD_OUTCOMES) or result.change is None:
            return False
        card = await notices.card_at(self.ctx, result.change.id)
        return card is not None and card.channel == place.channel and place.thread_ts is None
