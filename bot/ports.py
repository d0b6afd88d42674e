"""What use cases need from the outside, where an arrow has to be turned round."""

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
        """The instant, in UTC."""


class People(Protocol):
    """Who is who in Slack. Never raises: what cannot be read is `Standing.UNKNOWN`."""

    async def actor(self, org: str, team: str, user_id: str) -> Actor:
        """The person with standing, name and zone."""

    async def email(self, org: str, team: str, user_id: str) -> str:
        """The address in the person's profile; empty where Slack does not tell it."""

    async def can_post(self, place: Place) -> bool:
        """Whether the bot may post into this conversation (channels of which it is a member, open channels)."""


class NotDelivered(Exception):
    """Slack did not take a message, or nobody knows whether it did.

    `retry_after` seconds when it asked to wait; `final` when trying again cannot help (the channel is gone); `gone`
    when the message that was to be edited is; `unsure` when the answer was lost, so that it may have been said;
    `unreached` when nobody was there to be told.
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
        """Whether another message that goes the same way would fare no better now."""
        return self.retry_after is not None or self.unsure or self.unreached


class Notifier(Protocol):
    """Says things in Slack. `at` None posts, otherwise the message there is edited. Raises `NotDelivered`."""

    def posting(self, post: str) -> Notifier:
        """The same, for one post: it carries this id, by which `find` finds it."""

    async def find(self, post: str, spot: Spot, since: datetime) -> MessageAt | None:
        """Where a post stands that may have gone out since then; None: it did not. Raises `NotDelivered`."""

    async def card(self, view: ChangeView, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message of a change."""

    async def history(self, view: HistoryView, card: MessageAt) -> MessageAt:
        """One line in the card's thread."""

    async def missed(self, change: Change, place: Place, at: MessageAt | None) -> MessageAt:
        """That a scheduled change did not take effect at its time."""

    async def reminder(self, view: ReminderView, place: Place, at: MessageAt | None) -> MessageAt:
        """A report about evaluations left running, or what else is said unasked; a person's id is a place, too."""

    async def drift(self, view: DriftView, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message about something live that moved behind our back."""

    async def trouble(self, view: TroubleView, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message about a channel that takes none."""

    async def silence(self, silence: Silence, place: Place, at: MessageAt | None) -> MessageAt:
        """The one message about a provider that does not answer."""
