"""People in Slack: account type, name and time zone, and in which channels the bot can post.

Looked up on demand, cached for a minute; simultaneous look-ups of one person share one call. When Slack does not
answer, the person is *unknown*, which grants no rights; cached only for seconds, so that a hiccup locks nobody out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.actors import Actor, Place, Standing
from bot.logs import get_logger
from bot.ports import Clock, People

log = get_logger(__name__)

SECONDS_FOR_UNKNOWN = 5.0
PATIENCE = 5.0
"""Timeout of one look-up, in seconds."""

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")


class _Cache(Generic[_Key, _Answer]):
    """A cache of at most `size` answers, each with its own lifetime; one look-up at a time per key."""

    def __init__(self, clock: Clock, size: int) -> None:
        self._clock = clock
        self._size = size
        self._answers: dict[_Key, tuple[datetime, _Answer]] = {}
        self._running: dict[_Key, asyncio.Task[_Answer]] = {}

    async def get(self, key: _Key, look_up: Callable[[], Awaitable[tuple[_Answer, float]]]) -> _Answer:
        """The cached answer, or that of `look_up`, which returns an answer and its lifetime in seconds."""
        cached = self._answers.get(key)
        if cached is not None and self._clock.now() < cached[0]:
            return cached[1]
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._fill(key, look_up))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)  # a cancelled caller does not cancel the others

    async def _fill(self, key: _Key, look_up: Callable[[], Awaitable[tuple[_Answer, float]]]) -> _Answer:
        answer, seconds = await look_up()
        self._answers.pop(key, None)
        while len(self._answers) >= self._size:
            self._answers.pop(next(iter(self._answers)))  # the oldest entry
        self._answers[key] = (self._clock.now() + timedelta(seconds=seconds), answer)
        return answer


@dataclass(frozen=True, slots=True)
class _Profile:
    """A profile. The e-mail address is not part of `Actor`, because actors are stored with every change."""

    actor: Actor
    email: str = field(default="", repr=False)


class SlackPeople(People):
    """`People` by Slack's ``users.info`` and ``conversations.info``.

    `home_org` is the enterprise id on Grid, else the team id; `ttl` is in seconds.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        home_org: str,
        home_team: str,
        clock: Clock,
        ttl: float = 60.0,
        size: int = 5_000,
    ) -> None:
        self._client = client
        self._home = (home_org, home_team)
        self._ttl = ttl
        self._profiles: _Cache[tuple[str, str, str], _Profile] = _Cache(clock, size)
        self._places: _Cache[str, bool] = _Cache(clock, size)

    async def actor(self, org: str, team: str, user_id: str) -> Actor:
        """The person with account type, name and zone; with `Standing.UNKNOWN` when Slack does not answer."""
        return (await self._who(org, team, user_id)).actor

    async def email(self, org: str, team: str, user_id: str) -> str:
        """The e-mail address; empty without the scope ``users:read.email``, and when Slack does not answer."""
        return (await self._who(org, team, user_id)).email

    async def _who(self, org: str, team: str, user_id: str) -> _Profile:
        async def look_up() -> tuple[_Profile, float]:
            answer = await self._ask("users.info", user=user_id)
            user = answer.get("user")
            if not isinstance(user, Mapping):
                return _Profile(Actor(org, team, user_id)), SECONDS_FOR_UNKNOWN
            return self._read(org, team, user_id, user), self._ttl

        return await self._profiles.get((org, team, user_id), look_up)

    async def can_post(self, place: Place) -> bool:
        """Whether a card can be posted there: a channel that the bot is in, or a public one; never a direct message."""

        async def look_up() -> tuple[bool, float]:
            answer = await self._ask("conversations.info", channel=place.channel)
            channel = answer.get("channel")
            if isinstance(channel, Mapping):
                return _open_to_us(channel), self._ttl
            # only "no such channel (for you)" is a real answer; anything else is cached for seconds
            return False, self._ttl if answer.get("error") == "channel_not_found" else SECONDS_FOR_UNKNOWN

        return not place.channel.startswith("D") and await self._places.get(place.channel, look_up)

    async def _ask(self, method: str, **params: str) -> Mapping[str, Any]:
        """Slack's answer; when the call fails, a mapping with at most `error`."""
        try:
            async with asyncio.timeout(PATIENCE):
                response = await self._client.api_call(method, http_verb="GET", params=params)
                return response.data if isinstance(response.data, Mapping) else {}
        except SlackApiError as refusal:
            response = refusal.response  # aiohttp's response, not the SDK's, when the answer is not JSON
            error = response.get("error") if isinstance(response, AsyncSlackResponse) else None
            log.warning("slack could not tell", method=method, error=error)
            return {"error": error}
        except Exception as lost:  # noqa: BLE001 - after any failure the person is unknown, and has no rights
            log.warning("slack was not reached", method=method, error=type(lost).__name__)
            return {}

    def _read(self, org: str, team: str, user_id: str, user: Mapping[str, Any]) -> _Profile:
        profile = user.get("profile")
        profile = profile if isinstance(profile, Mapping) else {}
        names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
        email = profile.get("email")
        actor = Actor(
            org=self._home[0] if self._is_home(user) else org,  # one key per person, whatever a payload left out
            team=team,
            user_id=user_id,
            name=next((name for name in names if isinstance(name, str) and name.strip()), ""),
            standing=self._standing(user),
            tz=_zone(user.get("tz")),
        )
        return _Profile(actor, email.strip() if isinstance(email, str) else "")

    def _standing(self, user: Mapping[str, Any]) -> Standing:
        if user.get("deleted"):
            return Standing.DEACTIVATED
        if user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT":
            return Standing.BOT
        if user.get("is_stranger") or not self._is_home(user):
            return Standing.STRANGER
        if user.get("is_restricted") or user.get("is_ultra_restricted"):
            return Standing.GUEST
        return Standing.MEMBER

    def _is_home(self, user: Mapping[str, Any]) -> bool:
        """Whether this account belongs to the team, or to another team of the same Grid."""
        home_org, home_team = self._home
        if user.get("team_id") == home_team:
            return True
        grid = user.get("enterprise_user")
        enterprise = grid.get("enterprise_id") if isinstance(grid, Mapping) else None
        return home_org != home_team and enterprise == home_org


def _open_to_us(channel: Mapping[str, Any]) -> bool:
    if channel.get("is_archived") or channel.get("is_read_only"):
        return False
    if channel.get("is_im") or channel.get("is_member"):
        return True
    # chat:write.public covers public channels of our own workspace, not those that another one shares with us
    return (
        bool(channel.get("is_channel")) and not channel.get("is_private") and not channel.get("is_pending_ext_shared")
    )


def _zone(name: object) -> str:
    """The IANA zone of this name if this machine knows it, else UTC."""
    if not isinstance(name, str) or not name:
        return "UTC"
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return "UTC"
