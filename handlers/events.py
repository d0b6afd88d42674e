"""Mentions and direct messages: the same lines as after a slash command, also inside threads."""

from __future__ import annotations

from bot.domain.actors import Place
from bot.features.drafts import first_time
from bot.grammar import parse
from handlers.commands import take_line
from handlers.context import ListenerContext
from handlers.payloads import Mention
from handlers.replies import Reply


class Events:
    """The listener of mentions and direct messages."""

    def __init__(self, context: ListenerContext) -> None:
        self._context = context

    async def run(self, mention: Mention, reply: Reply) -> None:
        """Run the line of a message, once, even if Slack delivers the event several times."""
        if not await first_time(self._context.ctx, f"event:{mention.event_id}"):
            return
        actor = await self._context.actor(mention)
        place = Place(mention.org, mention.team, mention.channel, mention.thread_ts)
        await take_line(self._context, parse(mention.text), actor, place, reply)
