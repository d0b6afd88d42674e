"""The App Home, published whenever somebody opens it. Nobody asked a question, so failures are only logged."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import StoreUnavailable
from bot.domain.outcomes import Refused
from bot.features.home import home
from bot.logs import current_request_id, get_logger
from handlers.context import ListenerContext
from handlers.messages.home import home_broken, home_lines, home_refused, home_tab, home_without_database
from handlers.payloads import HomeOpened
from handlers.replies import Reply
from handlers.slack_calls import NotTaken, taken

log = get_logger(__name__)

CONFLICT = "hash_conflict"
"""Slack's error when something else was published after the tab was opened."""


class HomeTab:
    """The listener of the Home tab."""

    def __init__(self, context: ListenerContext) -> None:
        self._context = context

    async def run(self, opened: HomeOpened, reply: Reply) -> None:
        """Publish the tab for the person who opened it."""
        await self._publish(opened, reply.client, current_request_id(), opened.view_hash)

    async def _publish(
        self, opened: HomeOpened, client: AsyncWebClient, reference: str, instead_of: str | None
    ) -> None:
        """Publish the current state. `instead_of` is the hash of the view to replace; None replaces any view.

        When a tab is opened twice at once, the later publication conflicts, and reads everything again.
        """
        view = await self._view(opened, reference)
        try:
            await taken(client.views_publish(user_id=opened.user_id, view=view, hash=instead_of))
        except NotTaken as error:
            if error.code == CONFLICT and instead_of is not None:
                await self._publish(opened, client, reference, None)
            else:
                log.warning("home.not_published", error=error.code)

    async def _view(self, opened: HomeOpened, reference: str) -> dict[str, Any]:
        try:
            actor = await self._context.actor(opened)
            content = await home(self._context.ctx, actor)
            if isinstance(content, Refused):
                return home_refused(content)
            return home_tab(content, await self._context.drafts(home_lines(content), actor))
        except StoreUnavailable as error:
            log.exception("store.unavailable", cause=str(error))
            return home_without_database(reference)
        except Exception:
            log.exception("listener.failed", payload=HomeOpened.__name__)
            return home_broken(reference)
