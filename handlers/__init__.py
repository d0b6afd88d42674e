"""``handlers`` speaks: Slack's payloads in, words and blocks out. It holds no decision.

`register` is the whole list of listeners.
"""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp

from handlers import messages
from handlers.actions import Actions
from handlers.commands import Commands
from handlers.context import ListenerContext
from handlers.events import Events
from handlers.home import HomeTab
from handlers.ids import Action, Field, View
from handlers.listen import Listeners
from handlers.options import Options
from handlers.payloads import Mention, Payload, click, home_opened, mention, options_request, slash_command, submission
from handlers.submissions import Submissions

__all__ = ["ListenerContext", "register"]

ANYTHING = re.compile(".*")


def register(app: AsyncApp, context: ListenerContext) -> None:
    """Connect every listener. The ones for *anything* come last: an unknown command or button is answered too.

    Raises `RuntimeError` when an outcome has no words.
    """
    messages.check()
    listeners = Listeners(context.tasks)

    def read_mention(body: Payload) -> Mention | None:
        return mention(body, bot_user_id=context.bot_user_id)

    on_command = listeners.listener(slash_command, Commands(context).run)
    on_click = listeners.listener(click, Actions(context).run)
    on_words = listeners.listener(read_mention, Events(context).run)
    on_home = listeners.listener(home_opened, HomeTab(context).run)
    on_form = listeners.answering(submission, Submissions(context).answer)
    on_options = listeners.answering(options_request, Options(context).answer, unreadable={"options": []})

    for command in context.commands:
        app.command(command)(on_command)
    for action in Action:
        app.action(re.compile(rf"{re.escape(action)}(?:/\d+)?"))(on_click)
    app.action(Field.PROJECT.value)(on_click)
    for view in View:
        app.view(view.value)(on_form)
    for field in (Field.CONFIG, Field.OTHER, Field.ACTIVE, Field.PROJECT, Field.ENVIRONMENT, Field.SOURCE):
        app.options(field.value)(on_options)
    app.event("app_mention")(on_words)
    app.event("message")(on_words)
    app.event("app_home_opened")(on_home)
    app.event(ANYTHING)(listeners.ignore)

    app.command(ANYTHING)(on_command)
    app.action(ANYTHING)(on_click)
    app.view(ANYTHING)(on_form)
    app.options(ANYTHING)(on_options)
