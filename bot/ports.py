"""Interfaces that use cases need and that outer layers implement."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.actors import Actor, MessageAt, Place
from bot.domain.changes import Change
from bot.domain.drift import Silence
from bot.domain.notices import ChangeView, DriftView, HistoryView, ReminderView, Spot, TroubleView


class Clock(Protocol):
    """The only source of *now*."""

    def now(self) -> datetime:
        """The current time, in UTC."""


class People(Protocol):
    """Looks up people in Slack. Never raises: a person who cannot be read has `Standing.UNKNOWN`."""

    async def actor(self, org: str, team: str, user_id: str) -> Actor:
        """The person, with standing, name and time zone."""

    async def email(self, org: str, team: str, user_id: str) -> str:
        """The e-mail address in the person's profile; empty if Slack does not reveal it."""

    async def can_post(self, place: Place) -> bool:
        """Whether the bot may post in this conversation (public channels, and channels that it is a member of)."""


class NotDelivered(Exception):
    """Slack did not accept a message, or it is not known whether it did.

    `retry_after`: seconds that Slack asked us to wait. `final`: trying again cannot help (the channel is gone). `gone`:
    the message to be edited no longer exists. `unsure`: the answer was lost, so the message may have been posted.
    `unreached`: Slack could not be reached.
    """

    def __init__(
        self,
        error: str,
        *,
        retry_after: float | None = None,
        final: bool = False,
        gone: bool = False,
        unsure: bool = False,
        unreached: bool = False,
    ) -> None:
        super().__init__(f"posting to slack: {error}")
        self.error = error
        self.retry_after = retry_after
        self.final = final
        self.gone = gone
        self.unsure = unsure
        self.unreached = unreached

    @property
    def everywhere(self) -> bool:
        """Whether other messages in the same rate-limit bucket would fail now as well."""
        return self.retry_after is not None or self.unsure or self.unreached


class Notifier(Protocol):
    """Posts (`at` is None) or edits messages in Slack. Raises `NotDelivered`."""

    def posting(self, post: str) -> Notifier:
        """A notifier for one post, which is marked with this id, so that `find` can find it."""

    async def find(self, post: str, spot: Spot, since: datetime) -> MessageAt | None:
        """Find a post that may have been sent since then; None if it was not. Raises `NotDelivered`."""

    async def card(self, view: ChangeView, place: Place, at: MessageAt | None) -> MessageAt:
        """Post or edit the card of a change."""

    async def history(self, view: HistoryView, card: MessageAt) -> MessageAt:
        """Post one history line in the card's thread."""

    async def missed(self, change: Change, place: Place, at: MessageAt | None) -> MessageAt:
        """Post or edit the message that a scheduled change did not take effect on time."""

    async def reminder(self, view: ReminderView, place: Place, at: MessageAt | None) -> MessageAt:
        """Post or edit a reminder about evaluations left running, or a sample; `place` can be a person's id."""

    async def drift(self, view: DriftView, place: Place, at: MessageAt | None) -> MessageAt:
        """Post or edit the message about a drift."""

    async def trouble(self, view: TroubleView, place: Place, at: MessageAt | None) -> MessageAt:
        """Post or edit the message about a channel that the bot cannot post to."""

    async def silence(self, silence: Silence, place: Place, at: MessageAt | None) -> MessageAt:
        """Post or edit the message about a provider that does not answer."""
