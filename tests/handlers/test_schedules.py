"""Times in forms, and moving a scheduled change: what people press, fill in and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.changes import State
from bot.domain.times import Due
from handlers.payloads import click
from tests.builders import NOON
from tests.handlers.conversation import Talk
from tests.handlers.test_actions import states

ADA, RAVI, MIRA = "U0ADA", "U0RAVI", "U0MIRA"
SOON = NOON + timedelta(hours=2)


async def due(talk: Talk) -> Due | None:
    """When the newest change is due."""
    async with talk.world.store.read() as tx:
        found, _ = await tx.changes(limit=1)
    return found[0].due


async def scheduled(talk: Talk) -> None:
    """Ada asked for a deploy in two hours, and Ravi approved."""
    await talk.presses(RAVI, await talk.asked("/deploy config_x to production in 2h"), "Approve")
    assert await states(talk) == [State.SCHEDULED]


async def test_a_line_with_a_time_asks_for_a_change_with_a_time(talk: Talk) -> None:
    card = await talk.asked("/deploy config_x to production at 9:00 tomorrow")
    assert "Tuesday 3 March 2026, 09:00 (Europe/Madrid)" in card.text
    assert await due(talk) == Due(datetime(2026, 3, 3, 8, 0, tzinfo=UTC), "at 9:00 tomorrow", "Europe/Madrid")
    assert await talk.heard(ADA) == [], "the card says it"


async def test_what_needs_no_approval_is_told_by_its_card(talk: Talk) -> None:
    card = await talk.asked("/deploy config_x to staging in 2h")
    assert "scheduled" in card.text
    assert await talk.heard(ADA) == []


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("/deploy", {"config": "config_x", "environment": "production"}),
        ("/deactivate", {"project": "support", "environment": "production"}),
    ],
)
async def test_a_form_can_name_a_time(talk: Talk, form: str, fields: dict[str, str]) -> None:
    await talk.types(ADA, form)
    await talk.submits(ADA, **fields, when=SOON.isoformat())
    assert await due(talk) == Due(SOON, "", "Europe/Madrid")


async def test_a_form_without_a_time_means_as_soon_as_may_be(talk: Talk) -> None:
    await talk.types(ADA, "/deploy")
    await talk.submits(ADA, config="config_x", environment="production")
    assert await due(talk) is None


async def test_a_time_that_is_over_is_said_beside_its_field(talk: Talk) -> None:
    await talk.types(ADA, "/deploy")
    past = (NOON - timedelta(hours=1)).isoformat()
    answer = await talk.submits(ADA, config="config_x", environment="production", when=past)
    (said,) = answer["errors"].values()
    assert "has already passed. Name a later time" in said
    assert await talk.cards() == []


async def test_other_mistakes_of_a_form_are_said_first(talk: Talk) -> None:
    await talk.types(ADA, "/promote")
    past = (NOON - timedelta(hours=1)).isoformat()
    answer = await talk.submits(ADA, project="support", source="staging", environment="staging", when=past)
    assert list(answer["errors"]) == ["pick.environment"]


async def test_a_scheduled_change_is_moved_in_words(talk: Talk) -> None:
    await scheduled(talk)
    await talk.presses(ADA, await talk.card(), "Move")
    await talk.submits(ADA, time="tomorrow 9:00")
    assert await due(talk) == Due(datetime(2026, 3, 3, 8, 0, tzinfo=UTC), "at tomorrow 9:00", "Europe/Madrid")
    assert "was moved from Monday 2 March 2026, 15:00 (Europe/Madrid)" in (await talk.last(ADA)).text


async def test_a_scheduled_change_is_moved_by_picking(talk: Talk) -> None:
    await scheduled(talk)
    await talk.presses(RAVI, await talk.card(), "Move")
    await talk.submits(RAVI, when=(NOON + timedelta(hours=5)).isoformat())
    found = await due(talk)
    assert found is not None
    assert (found.at, found.words) == (NOON + timedelta(hours=5), "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"time": "25:00"}, "I can't read 25:00 as a time."),
        ({"time": "tomorrow"}, "tomorrow is a day without a time."),
        ({"time": "9:00 PST"}, "PST is not the name of one time zone."),
        ({"when": "2026-03-01T00:00:00+00:00"}, "has already passed."),
    ],
)
async def test_a_wrong_time_is_said_beside_its_field(talk: Talk, typed: dict[str, str], said: str) -> None:
    await scheduled(talk)
    await talk.presses(ADA, await talk.card(), "Move")
    answer = await talk.submits(ADA, **typed)
    (found,) = answer["errors"].values()
    assert said in found
    found_due = await due(talk)
    assert found_due is not None
    assert found_due.at == SOON


async def test_a_move_to_no_time_is_said_beside_its_field(talk: Talk) -> None:
    await scheduled(talk)
    await talk.presses(ADA, await talk.card(), "Move")
    view = await talk.open(ADA)
    empty = {"type.when": {"type.when": {"type": "datetimepicker", "selected_date_time": None}}}
    answer = await talk._post("submit", **{"as": ADA}, view_id=view["id"], values=empty)
    assert answer["errors"] == {"type.when": "Pick another time, or type one below."}


async def test_who_may_not_move_it_is_told_before_picking_a_time(talk: Talk) -> None:
    await scheduled(talk)
    await talk.presses(MIRA, await talk.card(), "Move")
    assert await talk.on_screen(MIRA) is None
    assert "Only the person who asked for a scheduled change" in (await talk.last(MIRA)).text


async def test_a_move_of_a_change_that_is_gone_is_answered(talk: Talk) -> None:
    await scheduled(talk)
    await talk.presses(ADA, await talk.card(), "Move")
    await talk.submits(ADA, time="in 3h")
    payload = talk.delivery.sent[-1]
    for private, said in (("1:01J", "There is no change"), ("0:01J", "too old")):
        payload["view"] |= {"private_metadata": private, "id": f"V{said}"}
        await talk.delivery.bring(payload)
        await talk.settle()
        assert said in (await talk.direct(ADA))[-1]


async def test_a_move_that_comes_again_is_one(talk: Talk) -> None:
    await scheduled(talk)
    await talk.presses(ADA, await talk.card(), "Move")
    await talk.submits(ADA, time="in 3h")
    heard = len(await talk.heard(ADA))
    await talk.again()
    assert len(await talk.heard(ADA)) == heard


async def test_a_button_of_a_change_that_is_gone_is_answered(talk: Talk) -> None:
    await scheduled(talk)
    await talk.presses(ADA, await talk.card(), "Move")
    payload = talk.delivery.sent[-1]
    payload["actions"][0]["value"] = "1:01J"
    await talk.delivery.bring(payload)
    await talk.settle()
    assert "There is no change" in (await talk.last(ADA)).text


async def test_a_form_that_slack_does_not_open_is_told(talk: Talk) -> None:
    await scheduled(talk)
    talk.fault("views.open", "expired_trigger_id")
    await talk.presses(ADA, await talk.card(), "Move")
    assert "Slack didn't open the window in time" in (await talk.last(ADA)).text


def test_an_instant_that_is_picked_in_a_message_is_read() -> None:
    body = {
        "user": {"id": ADA, "team_id": "T0ACORN"},
        "team": {"id": "T0ACORN"},
        "trigger_id": "1.2",
        "actions": [{"action_id": "type.when", "block_id": "b", "selected_date_time": 1_796_112_000}],
    }
    assert click(body).selected == "1796112000"
