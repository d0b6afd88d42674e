"""Slash commands: the text after the command is a line of the language."""

from __future__ import annotations

from bot.domain.actors import Actor, Place
from bot.features.drafts import first_delivery
from bot.features.registration import Effect, effect_of
from bot.grammar import parse
from bot.grammar.commands import Help, Misunderstood, OpenForm, Parsed
from handlers import messages
from handlers.context import ListenerContext
from handlers.modals import open_form
from handlers.payloads import SlashCommand
from handlers.replies import Reply


class Commands:
    """The listener of every slash command."""

    def __init__(self, context: ListenerContext) -> None:
        self._context = context

    async def run(self, command: SlashCommand, reply: Reply) -> None:
        """Parse the line and run it; a command without text opens its form."""
        verb = self._context.commands.get(command.command)
        place = Place(command.org, command.team, command.channel)
        parsed = parse(command.text, verb or None)
        form = None if isinstance(parsed, Misunderstood) else parsed.readings[0]
        actor = await self._context.actor(command)
        if isinstance(form, OpenForm):
            if not await self._context.reject_unauthorized(actor, reply):  # its selects list all names
                await open_form(self._context, form.verb, place, reply, command.trigger_id)
            return
        if changes_something(parsed) and not await first_delivery(self._context.ctx, f"command:{command.trigger_id}"):
            return  # Slack delivered it twice; a line that only looks may run twice
        await take_line(self._context, parsed, actor, place, reply)


def changes_something(parsed: Parsed) -> bool:
    """Whether running a line can change anything."""
    return not isinstance(parsed, Misunderstood) and effect_of(parsed.readings) is not Effect.LOOKS


async def take_line(
    context: ListenerContext,
    parsed: Parsed,
    actor: Actor,
    place: Place,
    reply: Reply,
    *,
    page: int = 1,
    replace: bool = False,
) -> None:
    """Run one line, from a command, a mention or a button, and post the result."""
    if isinstance(parsed, Misunderstood):
        await context.say_misunderstood(parsed, actor, reply)
        return
    match parsed.readings[0]:
        case Help(word):
            await reply.say(messages.help_message(word, commands=context.commands), replace=replace)
        case OpenForm(form):
            await reply.say(messages.open_form(form), replace=replace)
        case _:
            await context.carry_out(parsed.readings, actor, place, reply, page=page, replace=replace)
