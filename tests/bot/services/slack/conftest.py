from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.slack import Bot, Workspace
from tests.bot.services.slack.slack import MovableClock, Page, bolt, connected, make_workspace, playground


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK reads proxies, and Bolt reads SLACK_*, from the environment."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "SLACK_BOT_TOKEN", "SLACK_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def workspace(clock: MovableClock) -> Iterator[Workspace]:
    made = make_workspace(now=clock)
    yield made
    made.close()


@pytest.fixture
async def page(workspace: Workspace, clock: MovableClock) -> AsyncIterator[Page]:
    """A page on a running playground, without a bot."""
    async with playground(workspace, move_clock=clock.move) as made:
        yield made


@pytest.fixture
async def app(page: Page) -> AsyncIterator[AsyncApp]:
    """A Bolt app that is connected over Socket Mode; tests register their listeners."""
    made = bolt(page.base_url)
    async with connected(made, page):
        yield made


@pytest.fixture
async def client(page: Page) -> AsyncWebClient:
    """Slack's own client with the bot's token."""
    return AsyncWebClient(token=Bot().token, base_url=f"{page.base_url}/api/", retry_handlers=[])
