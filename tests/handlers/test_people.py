"""Who is who, by a Slack that answers, refuses, or is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.actors import Actor, Place, Standing
from handlers import people
from handlers.people import SlackPeople
from tests.faulty import CUT, FaultyServer, Reply, answer

ADA: dict[str, Any] = {
    "id": "U0ADA",
    "team_id": "T0ACORN",
    "name": "ada",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "tz": "Europe/Lisbon",
    "profile": {"display_name": "Ada", "real_name": "Ada Ibarra"},
}


@dataclass
class Hands:
    """A clock that is moved by hand."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 9, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def slack() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


def made(slack: FaultyServer, clock: Hands, **settings: Any) -> SlackPeople:
    client = AsyncWebClient(token="xoxb-1", base_url=f"{slack.url}/api/", retry_handlers=[])
    given: dict[str, Any] = {"home_org": "T0ACORN", "home_team": "T0ACORN", "clock": clock} | settings
    return SlackPeople(client, **given)


def user(**facts: Any) -> Reply:
    return answer({"ok": True, "user": ADA | facts})


async def standing(slack: FaultyServer, clock: Hands, reply: Reply, **settings: Any) -> Standing:
    slack.reply(reply)
    return (await made(slack, clock, **settings).actor("T0ACORN", "T0ACORN", "U0ADA")).standing


async def test_a_full_member_has_a_name_and_a_zone(slack: FaultyServer, clock: Hands) -> None:
    slack.reply(user())

    found = await made(slack, clock).actor("T0ACORN", "T0ACORN", "U0ADA")

    assert found == Actor("T0ACORN", "T0ACORN", "U0ADA", "Ada", Standing.MEMBER, "Europe/Lisbon")
    assert slack.requests[0].target == "/api/users.info?user=U0ADA"


async def test_tells_an_address_that_is_no_part_of_the_person(slack: FaultyServer, clock: Hands) -> None:
    slack.reply(user(profile={"display_name": "Ada", "email": " ada@acorn.example "}))
    people = made(slack, clock)

    assert await people.email("T0ACORN", "T0ACORN", "U0ADA") == "ada@acorn.example"
    assert "acorn.example" not in repr(await people.actor("T0ACORN", "T0ACORN", "U0ADA"))
    assert len(slack.requests) == 1


@pytest.mark.parametrize("reply", [user(), user(profile={"email": None}), CUT, answer({"ok": False, "error": "x"})])
async def test_tells_no_address_without_the_scope_or_an_answer(slack: FaultyServer, clock: Hands, reply: Reply) -> None:
    slack.reply(reply)

    assert await made(slack, clock).email("T0ACORN", "T0ACORN", "U0ADA") == ""


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_ultra_restricted": True}, Standing.GUEST),
        ({"is_bot": True}, Standing.BOT),
        ({"is_workflow_bot": True}, Standing.BOT),
        ({"id": "USLACKBOT"}, Standing.BOT),
        ({"deleted": True}, Standing.DEACTIVATED),
        ({"is_stranger": True}, Standing.STRANGER),
        ({"team_id": "T0STRANGE"}, Standing.STRANGER),
        ({"team_id": None}, Standing.STRANGER),
        ({"team_id": "T0STRANGE", "enterprise_user": {"enterprise_id": "T0ACORN"}}, Standing.STRANGER),
        ({"is_admin": True, "is_owner": True}, Standing.MEMBER),
    ],
)
async def test_standing_is_what_slack_says_of_the_account(
    slack: FaultyServer, clock: Hands, facts: dict[str, Any], expected: Standing
) -> None:
    assert await standing(slack, clock, user(**facts)) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0ACORN"}}, Standing.MEMBER),
        ({"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0STRANGE"}}, Standing.STRANGER),
        ({"team_id": "T0OTHER", "enterprise_user": "E0ACORN"}, Standing.STRANGER),
        ({"team_id": "T0OTHER"}, Standing.STRANGER),
        (
            {"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0ACORN"}, "is_restricted": True},
            Standing.GUEST,
        ),
    ],
)
async def test_on_grid_a_member_of_another_team_is_no_stranger(
    slack: FaultyServer, clock: Hands, facts: dict[str, Any], expected: Standing
) -> None:
    assert await standing(slack, clock, user(**facts), home_org="E0ACORN") is expected


async def test_a_payload_that_names_no_enterprise_does_not_make_a_second_person_of_one(
    slack: FaultyServer, clock: Hands
) -> None:
    slack.reply(user(), user())
    people = made(slack, clock, home_org="E0ACORN")

    asked = await people.actor("E0ACORN", "T0ACORN", "U0ADA")
    pressed = await people.actor("T0ACORN", "T0ACORN", "U0ADA")

    assert asked.key == pressed.key == ("E0ACORN", "U0ADA")


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"profile": {"display_name": "", "real_name": "Ada Ibarra"}}, "Ada Ibarra"),
        ({"profile": None, "real_name": "A. Ibarra"}, "A. Ibarra"),
        ({"profile": [], "real_name": None}, "ada"),
        ({"profile": {}, "name": 5}, ""),
    ],
)
async def test_the_name_is_the_best_that_there_is(
    slack: FaultyServer, clock: Hands, facts: dict[str, Any], name: str
) -> None:
    slack.reply(user(**facts))

    assert (await made(slack, clock).actor("T0ACORN", "T0ACORN", "U0ADA")).name == name


@pytest.mark.parametrize("zone", [None, "", 5, "Mars/Olympus", "../etc/passwd", "/etc/localtime"])
async def test_a_zone_that_this_machine_does_not_know_is_utc(slack: FaultyServer, clock: Hands, zone: Any) -> None:
    slack.reply(user(tz=zone))

    assert (await made(slack, clock).actor("T0ACORN", "T0ACORN", "U0ADA")).tz == "UTC"


@pytest.mark.parametrize(
    "reply",
    [
        answer({"ok": False, "error": "user_not_found"}),
        answer({"ok": False, "error": "ratelimited"}, 429, retry_after="1"),
        answer({"ok": True}),
        answer({"ok": True, "user": "U0ADA"}),
        answer([1]),
        Reply(200, b"{half"),
        Reply(200, b"sign in first", (("Content-Type", "text/plain"),)),
        Reply(502, b"<html>", (("Content-Type", "text/html"),)),
        CUT,
    ],
)
async def test_whom_slack_cannot_tell_is_unknown(slack: FaultyServer, clock: Hands, reply: Reply) -> None:
    assert await standing(slack, clock, reply) is Standing.UNKNOWN


async def test_a_slack_that_does_not_answer_is_not_waited_for(
    slack: FaultyServer, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "PATIENCE", 0.05)

    assert await standing(slack, clock, answer({"ok": True, "user": ADA}, delay=5)) is Standing.UNKNOWN


async def test_an_answer_is_kept_for_a_minute_and_then_asked_for_again(slack: FaultyServer, clock: Hands) -> None:
    slack.reply(user(), user(is_restricted=True))
    asked = made(slack, clock)

    for _ in range(3):
        assert (await asked.actor("T0ACORN", "T0ACORN", "U0ADA")).standing is Standing.MEMBER
        clock.move(19)
    clock.move(3)

    assert (await asked.actor("T0ACORN", "T0ACORN", "U0ADA")).standing is Standing.GUEST
    assert len(slack.requests) == 2


async def test_an_unknown_is_kept_for_seconds_only(slack: FaultyServer, clock: Hands) -> None:
    slack.reply(answer({"ok": False, "error": "internal_error"}), user())
    asked = made(slack, clock)

    assert (await asked.actor("T0ACORN", "T0ACORN", "U0ADA")).standing is Standing.UNKNOWN
    assert (await asked.actor("T0ACORN", "T0ACORN", "U0ADA")).standing is Standing.UNKNOWN
    clock.move(5)

    assert (await asked.actor("T0ACORN", "T0ACORN", "U0ADA")).standing is Standing.MEMBER
    assert len(slack.requests) == 2


async def test_many_who_ask_at_once_are_one_call_even_when_one_stops_waiting(slack: FaultyServer, clock: Hands) -> None:
    slack.always = answer({"ok": True, "user": ADA}, delay=0.05)
    asked = made(slack, clock)

    waiting = [asyncio.create_task(asked.actor("T0ACORN", "T0ACORN", "U0ADA")) for _ in range(20)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)

    assert isinstance(found[0], asyncio.CancelledError)
    assert {one.standing for one in found[1:] if isinstance(one, Actor)} == {Standing.MEMBER}
    assert len(slack.requests) == 1


async def test_remembers_no_more_people_than_it_should(slack: FaultyServer, clock: Hands) -> None:
    slack.always = user()
    asked = made(slack, clock, size=2)

    for person in ("U1", "U2", "U3", "U3", "U2", "U1"):
        await asked.actor("T0ACORN", "T0ACORN", person)

    assert [request.query for request in slack.requests] == ["user=U1", "user=U2", "user=U3", "user=U1"]


# Conversations


@pytest.mark.parametrize(
    ("channel", "possible"),
    [
        ({"is_channel": True, "is_private": False, "is_member": False}, True),
        ({"is_channel": True, "is_private": False, "is_member": True}, True),
        ({"is_channel": True, "is_private": True, "is_member": True}, True),
        ({"is_group": True, "is_private": True, "is_member": False}, False),
        ({"is_channel": True, "is_private": True, "is_member": False}, False),
        ({"is_channel": True, "is_member": True, "is_archived": True}, False),
        ({"is_channel": True, "is_member": True, "is_read_only": True}, False),
        ({}, False),
    ],
)
async def test_can_post_where_it_is_a_member_or_everybody_may(
    slack: FaultyServer, clock: Hands, channel: dict[str, Any], possible: bool
) -> None:
    slack.reply(answer({"ok": True, "channel": channel}))

    assert await made(slack, clock).can_post(Place("T0ACORN", "T0ACORN", "C0DEPLOYS")) is possible
    assert slack.requests[0].target == "/api/conversations.info?channel=C0DEPLOYS"


async def test_a_direct_message_is_no_place_for_a_card(slack: FaultyServer, clock: Hands) -> None:
    assert not await made(slack, clock).can_post(Place("T0ACORN", "T0ACORN", "D01"))
    assert slack.requests == []


async def test_a_private_channel_without_the_bot_is_remembered_as_closed(slack: FaultyServer, clock: Hands) -> None:
    slack.always = answer({"ok": False, "error": "channel_not_found"})
    asked, place = made(slack, clock), Place("T0ACORN", "T0ACORN", "G0LEADS")

    assert not await asked.can_post(place)
    clock.move(30)
    assert not await asked.can_post(place)
    assert len(slack.requests) == 1


async def test_a_channel_that_could_not_be_read_is_asked_for_again_soon(slack: FaultyServer, clock: Hands) -> None:
    slack.reply(answer({"ok": False, "error": "fatal_error"}), answer({"ok": True, "channel": {"is_member": True}}))
    asked, place = made(slack, clock), Place("T0ACORN", "T0ACORN", "C0DEPLOYS")

    assert not await asked.can_post(place)
    clock.move(6)
    assert await asked.can_post(place)
