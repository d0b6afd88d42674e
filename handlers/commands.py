"""Slash commands: what was typed behind them is a line of the language."""

from __future__ import annotations

from bot.domain.actors import Actor, Place
from bot.grammar import parse
from bot.grammar.readings import Form, Help, Misunderstood, Parsed
from bot.logs import get_logger
from handlers import messages
from handlers.calls import NotTaken, taken
from handlers.desk import Desk
from handlers.payloads import SlashCommand
from handlers.replies import Reply

log = get_logger(__name__)


class Commands:
    """The listener of every slash command."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, command: SlashCommand, reply: Reply) -> None:
        """Read the line and carry it out; a bare command opens its form."""
        verb = self._desk.commands.get(command.command)
        place = Place(command.org, command.team, command.channel)
        parsed = parse(command.text, verb or None)
        form = None if isinstance(parsed, Misunderstood) else parsed.readings[0]
        actor = await self._desk.actor(command)
        if isinstance(form, Form):
            if not await self._desk.turns_away(actor, reply):  # its selects offer every name there is
                await open_form(form.verb, place, reply, command.trigger_id)
            return
        await take_line(self._desk, parsed, actor, place, reply)


async def take_line(
    desk: Desk,
    parsed: Parsed,
    actor: Actor,
    place: Place,
    reply: Reply,
    *,
    page: int = 1,
    replace: bool = False,
) -> None:
    """One line from anywhere: a command, a mention, a button."""
    if isinstance(parsed, Misunderstood):
        await desk.say_misunderstood(parsed, actor, reply)
        return
    match parsed.readings[0]:
        case Help(word):
            await reply.say(messages.help_message(word, commands=desk.commands), replace=replace)
        case Form(form):
            await reply.say(messages.open_form(form), replace=replace)
        case _:
            await desk.carry_out(parsed.readings, actor, place, reply, page=page, replace=replace)


async def open_form(verb: str, place: Place, reply: Reply, trigger_id: str) -> None:
    """Open a verb's form at once, for a trigger lives three seconds; say how to type it when that fails."""
    form = messages.form_for(verb, f"{verb}/{place.channel}")
    if form is None:
        await reply.say(messages.not_yet(verb))
        return
    try:
        await taken(reply.client.views_open(trigger_id=trigger_id, view=form))
    except NotTaken as error:
        log.warning("form.not_opened", verb=verb, error=error.code)
        await reply.say(messages.open_form(verb))
