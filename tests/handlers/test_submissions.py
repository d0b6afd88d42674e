"""Forms that are sent: what is wrong stands beside its field, from memory; what is right is asked for."""

from __future__ import annotations

import asyncio
import copy
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.names import Environment
from tests.builders import PRODUCTION, STAGING, MemoryProvider
from tests.handlers.conversation import GUS, LEADS, Talk
from tests.scenarios.chat import ADA, DEPLOYS, RAVI


async def submission(talk: Talk, line: str = "/deploy", **typed: str) -> dict[str, Any]:
    """The payload of a form that was sent and taken."""
    await talk.types(ADA, line)
    assert await talk.submits(ADA, **typed) == {"ok": True}
    return copy.deepcopy(talk.delivery.sent[-1])


def picked(payload: dict[str, Any], field: str, value: str | None) -> dict[str, Any]:
    """The same form with another pick; None leaves it empty."""
    changed = copy.deepcopy(payload)
    option = None if value is None else {"text": {"type": "plain_text", "text": value}, "value": value}
    changed["view"]["state"]["values"][field] = {field: {"type": "external_select", "selected_option": option}}
    return changed


async def test_a_deploy_is_asked_for_by_picking(talk: Talk) -> None:
    await talk.types(ADA, "/deploy")

    assert await talk.submits(ADA, config="config_x", environment="production", because="the rubric") == {"ok": True}

    card = await talk.card()
    assert "config_x" in card.text
    assert "the rubric" in card.body()
    assert await talk.on_screen(ADA) is None
    assert await talk.heard(ADA) == []


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("/promote", {"project": "support", "source": "production", "environment": "staging"}),
        ("/deactivate", {"project": "support", "environment": "production"}),
        ("/rollback", {"project": "support", "environment": "production", "config": "config_x"}),
    ],
)
async def test_every_form_asks_for_its_change(talk: Talk, line: str, typed: dict[str, str]) -> None:
    await talk.types(ADA, line)

    assert await talk.submits(ADA, **typed) == {"ok": True}

    assert len(await talk.cards()) == 1


async def test_a_rollback_without_a_config_goes_back_by_one(talk: Talk) -> None:
    await talk.types(ADA, "/rollback")

    assert await talk.submits(ADA, project="support", environment="production") == {"ok": True}

    assert "Nothing was changed" in (await talk.last(ADA)).text, "nothing was deployed before"


async def test_the_config_form_lists_the_configs_of_a_project_to_its_sender_alone(talk: Talk) -> None:
    await talk.types(ADA, "/config")

    assert await talk.submits(ADA, project="support") == {"ok": True}

    said = await talk.last(ADA)
    assert said.text.startswith("3 configs of `support`")
    assert await talk.cards() == []
    await talk.presses(ADA, said, "Show")
    assert "Its content" in (await talk.last(ADA)).body()


async def test_the_project_form_shows_a_project_to_its_sender_alone(talk: Talk) -> None:
    await talk.types(ADA, "/project")

    assert await talk.submits(ADA, project="support") == {"ok": True}

    said = await talk.last(ADA)
    assert said.text.startswith("`support` has 3 configs.")
    await talk.presses(ADA, said, "All configs")
    assert (await talk.last(ADA)).text.startswith("3 configs of `support`")


async def test_the_same_environment_twice_is_said_beside_the_field(talk: Talk) -> None:
    await talk.types(ADA, "/promote")

    answer = await talk.submits(ADA, project="support", source="production", environment="production")

    assert answer == {
        "ok": False,
        "errors": {"pick.environment": "This is the same environment as the other one. Pick a different one."},
    }
    assert await talk.on_screen(ADA) is not None
    assert len(talk.tasks) == 0


@pytest.mark.parametrize(
    ("line", "typed", "field", "value", "says"),
    [
        ("/deploy", {"config": "config_x"}, "pick.config", None, "Pick one here."),
        ("/deploy", {"config": "config_x"}, "pick.config", "1:main:config_gone", "no longer exists"),
        ("/deploy", {"config": "config_x"}, "pick.config", "0:main:config_support_config_x", "no longer exists"),
        ("/deploy", {"config": "config_x"}, "pick.environment", None, "Pick one here."),
        ("/deploy", {"config": "config_x"}, "pick.environment", "1:main:env_gone", "no longer exists"),
        ("/deactivate", {"project": "support"}, "pick.project", None, "Pick one here."),
        ("/deactivate", {"project": "support"}, "pick.project", "1:main:pr_gone", "no longer exists"),
        ("/promote", {"project": "support", "source": "production"}, "pick.source", None, "Pick one here."),
        ("/promote", {"project": "support", "source": "production"}, "pick.source", "1:main:x", "no longer exists"),
        ("/rollback", {"project": "support", "config": "config_x"}, "pick.config", "1:main:x", "no longer exists"),
        ("/config", {"project": "support"}, "pick.project", None, "Pick one here."),
        ("/config", {"project": "support"}, "pick.project", "1:main:pr_gone", "no longer exists"),
    ],
)
async def test_what_is_wrong_with_a_field_stands_beside_it(
    talk: Talk, line: str, typed: dict[str, str], field: str, value: str | None, says: str
) -> None:
    payload = picked(await submission(talk, line, environment="staging", **typed), field, value)

    answer = await talk.delivery.bring(payload)

    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == [field]
    assert says in answer["errors"][field]


async def test_an_environment_of_another_provider_does_not_fit(talk: Talk) -> None:
    other = MemoryProvider("other", environments=[Environment("other", "env_9", "moon")])
    other.add("rocket", "v1")
    payload = await submission(talk, config="config_x", environment="staging")
    index = talk.world.ctx.index
    index._providers = {**index._providers, "other": other}
    index._caches["other"] = type(index._caches["main"])()
    await index.refresh()

    answer = await talk.delivery.bring(picked(payload, "pick.environment", "1:other:env_9"))

    assert "a different provider" in answer["errors"]["pick.environment"]


async def test_what_is_wrong_is_said_while_everything_hangs(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = await submission(talk, config="config_x", environment="staging")
    never = asyncio.Event()

    async def hang(*_given: object) -> None:
        await never.wait()

    monkeypatch.setattr("handlers.people.SlackPeople.actor", hang)
    async with asyncio.timeout(30):
        answer = await talk.delivery.bring(picked(payload, "pick.config", None))
        assert await talk.delivery.bring(payload) == {}

    assert answer["response_action"] == "errors"
    never.set()


async def test_a_form_of_another_version_is_answered(talk: Talk) -> None:
    payload = await submission(talk, config="config_x", environment="staging")
    payload["view"]["private_metadata"] = "0:deploy/C0DEPLOYS"
    writes = talk.world.provider.writes()

    assert await talk.delivery.bring(payload) == {}
    await talk.settle()

    assert "too old" in (await talk.direct(ADA))[-1]
    assert talk.world.provider.writes() == writes


@pytest.mark.parametrize(
    ("callback_id", "private"),
    [("change.reject_comment", "0:01J"), ("change.review", "1:01J"), ("form.of_tomorrow", "1:x")],
)
async def test_a_modal_that_nobody_knows_is_answered(talk: Talk, callback_id: str, private: str) -> None:
    payload = await submission(talk, config="config_x", environment="staging")
    payload["view"] |= {"callback_id": callback_id, "private_metadata": private}

    assert await talk.delivery.bring(payload) == {}
    await talk.settle()

    assert "too old" in (await talk.direct(ADA))[-1]


async def test_a_rejection_of_a_change_that_is_gone_is_answered(talk: Talk) -> None:
    payload = await submission(talk, config="config_x", environment="staging")
    payload["view"] |= {"callback_id": "change.reject_comment", "private_metadata": "1:01J", "hash": "another"}

    await talk.delivery.bring(payload)
    await talk.settle()

    assert "There is no change" in (await talk.direct(ADA))[-1]


async def test_a_rejection_that_comes_too_late_is_told_where_the_card_stands(talk: Talk) -> None:
    card = await talk.asked()
    await talk.presses(RAVI, card, "Reject")
    await talk.presses("U0MIRA", card, "Approve")

    assert await talk.submits(RAVI, comment="too late") == {"ok": True}

    assert "ch-1" in (await talk.last(RAVI)).text
    assert talk.world.provider.live_name("support", PRODUCTION) == "config_x"


async def test_a_form_that_comes_again_asks_for_nothing_twice(talk: Talk) -> None:
    await submission(talk, config="config_x", environment="production")
    await talk.again()

    assert len(await talk.cards()) == 1
    assert await talk.heard(ADA) == []


async def test_a_rejection_that_comes_again_is_one(talk: Talk) -> None:
    card = await talk.asked()
    await talk.presses(RAVI, card, "Reject")
    await talk.submits(RAVI, comment="not now")
    heard = len(await talk.heard(RAVI))

    await talk.again()

    assert len(await talk.heard(RAVI)) == heard


async def test_a_look_by_a_form_that_comes_again_is_said_once(talk: Talk) -> None:
    await submission(talk, "/config", project="support")
    await talk.again()

    assert len(await talk.heard(ADA)) == 1


async def test_a_payload_that_is_no_form_is_acknowledged_and_does_nothing(talk: Talk) -> None:
    payload = await submission(talk, config="config_x", environment="staging")
    payload["view"]["state"]["values"]["pick.config"] = "config_x"
    writes = talk.world.provider.writes()

    assert await talk.delivery.bring(payload) == {}
    await talk.settle()

    assert talk.world.provider.writes() == writes


async def test_a_form_opened_in_a_direct_message_is_answered_there(talk: Talk) -> None:
    channel = talk.workspace.im_of(ADA)
    assert channel is not None
    await talk.types(ADA, "/deploy", channel)

    assert await talk.submits(ADA, config="config_x", environment="staging") == {"ok": True}

    assert "I can't post in this channel" in (await talk.direct(ADA))[-1]
    assert talk.world.provider.live_name("support", STAGING) is None


async def test_who_cannot_be_told_in_a_channel_is_told_directly(talk: Talk) -> None:
    """A form has no response_url, and the bot cannot post where it was opened."""
    await talk.types(ADA, "/deploy", LEADS)

    assert await talk.submits(ADA, config="config_x", environment="production") == {"ok": True}

    assert "I can't post in this channel" in (await talk.direct(ADA))[-1]


async def test_a_guest_s_form_is_refused(talk: Talk) -> None:
    await talk.types(GUS, "/deploy")

    assert await talk.submits(GUS, config="config_x", environment="production") == {"ok": True}

    assert "guest" in (await talk.last(GUS)).text
    assert await talk.cards() == []


async def test_a_form_without_a_view_is_acknowledged(talk: Talk) -> None:
    payload = await submission(talk, config="config_x", environment="staging")
    payload["view"]["id"] = ""

    assert await talk.delivery.bring(payload) == {}


async def test_slow_forms_say_once_that_they_go_on(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    await talk.types(ADA, "/deploy")
    monkeypatch.setattr("handlers.listen.PATIENCE", 0.01)
    talk.world.provider.pause = 0.1

    await talk.submits(ADA, config="config_x", environment="production")

    assert [line.text for line in await talk.heard(ADA)] == ["I'm working on it: `the form you sent`"]
    assert len(await talk.cards(DEPLOYS)) == 1


async def test_a_form_of_whom_slack_cannot_tell_asks_for_nothing(talk: Talk) -> None:
    await talk.types(ADA, "/deploy")
    talk.world.clock.move(timedelta(minutes=2))
    talk.fault("users.info", "internal_error", times=3)

    assert await talk.submits(ADA, config="config_x", environment="staging") == {"ok": True}

    assert "I couldn't look you up in Slack" in (await talk.last(ADA)).text
    assert talk.world.provider.writes() == 0


async def test_no_form_is_opened_for_whom_slack_cannot_tell(talk: Talk) -> None:
    talk.fault("users.info", "internal_error", times=3)

    await talk.types(ADA, "/deploy")

    assert await talk.on_screen(ADA) is None
    assert "I couldn't look you up in Slack" in (await talk.last(ADA)).text
