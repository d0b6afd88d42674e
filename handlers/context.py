"""What every listener shares: who is speaking, carrying a line out, and saying what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.context import Context
from bot.domain.actors import Actor, Place
from bot.domain.base import Outcome
from bot.domain.drafts import Draft, Drafts
from bot.domain.facts import Denied, Lookup
from bot.domain.outcomes import Applied, AtProvider, AwaitingApproval, Failed, Refused, Scheduled, Unknown, Void
from bot.domain.policies import decide
from bot.features.dispatch import Speaker, run
from bot.features.drafts import keep_drafts
from bot.features.guard import StoreUnavailable, guarded
from bot.grammar.commands import Command, Misunderstood
from bot.logs import get_logger
from bot.outbox import notices
from bot.tasks import Tasks
from handlers import messages
from handlers.payloads import Click, HomeOpened, Mention, SlashCommand, Submission
from handlers.replies import Reply

log = get_logger(__name__)

SHOWN_BY_CARD = AwaitingApproval | AtProvider | Scheduled | Applied | Failed | Void | Unknown
"""Outcomes that a card says to everybody; where it stands in the same conversation, nothing is said twice."""

DRAFT_LIFE = timedelta(days=7)
"""How long a button that runs a line can be pressed."""


@dataclass(frozen=True, slots=True)
class ListenerContext:
    """The inside that listeners talk to, and the words that are fixed at start."""

    ctx: Context
    tasks: Tasks
    bot_user_id: str
    commands: Mapping[str, str]
    """Slash commands as registered, with their prefix, to the verb that each stands for ("" for the umbrella)."""

    async def actor(self, payload: SlashCommand | Click | Submission | Mention | HomeOpened) -> Actor:
        """The person behind a payload, with the standing that Slack knows now."""
        team = payload.team if isinstance(payload, SlashCommand) else payload.user_team
        return await self.ctx.people.actor(payload.org, team, payload.user_id)

    async def reject_unauthorized(self, actor: Actor, reply: Reply) -> bool:
        """Whether this person may not even look, and was told so: in a shared channel strangers see the buttons."""
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
        """Run a line and say what came of it."""
        came = await guarded(run(self.ctx, readings, Speaker(actor, place), page=page))
        if not await self._card_says_it(came, place):
            await self.say(came, actor, reply, replace=replace)
        elif replace:  # the question is answered by the card
            await reply.delete_original()

    async def answer(self, work: Awaitable[Outcome], actor: Actor, reply: Reply, place: Place | None = None) -> None:
        """Do what was asked for and say what came of it; only what a card in `place` says is not said twice."""
        came = await guarded(work)
        if place is None or not await self._card_says_it(came, place):
            await self.say(came, actor, reply)

    async def say(self, came: Outcome, actor: Actor, reply: Reply, *, replace: bool = False) -> None:
        """Tell one person an outcome, with the drafts that its buttons need."""
        drafts = await self.drafts(messages.lines_of(came), actor)
        message = messages.outcome(came, drafts=drafts)
        if not drafts and messages.lines_of(came):
            message = messages.without_buttons(message)
        await reply.say(message, replace=replace)

    async def say_misunderstood(self, found: Misunderstood, actor: Actor, reply: Reply) -> None:
        """Tell one person what to type instead."""
        drafts = await self.drafts(messages.lines_of(found), actor)
        await reply.say(messages.misunderstood(found, drafts))

    async def drafts(self, wanted: Sequence[Draft], actor: Actor, life: timedelta = DRAFT_LIFE) -> Drafts:
        """The ids behind buttons that run or confirm something; none, and so no buttons, when they cannot be kept."""
        try:
            return await keep_drafts(self.ctx, wanted, actor, life) if wanted else {}
        except StoreUnavailable as error:
            log.warning("drafts.not_kept", cause=str(error))
            return {}

    async def _card_says_it(self, came: Outcome, place: Place) -> bool:
        if not isinstance(came, SHOWN_BY_CARD) or came.change is None:
            return False
        card = await notices.card_at(self.ctx, came.change.id)
        return card is not None and card.channel == place.channel and place.thread_ts is None
