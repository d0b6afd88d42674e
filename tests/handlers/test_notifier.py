"""Cards and threads in Slack: posted once, edited in place, posted anew only when the message is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.actors import MessageAt
from bot.domain.changes import State
from bot.domain.notices import ChangeView, EvaluationView, HistoryView, NoticeKind, Reminder, Spot, TroubleView
from bot.features.changes import deploys
from bot.outbox.delivery import deliver_due
from bot.ports import NotDelivered
from handlers.notifier import SlackNotifier
from tests.bot.features.steps import deploy
from tests.builders import ADA, DEPLOYS, NOON, MovedClock, World, make_world
from tests.faulty import CUT, FaultyServer, Reply, answer

AT = MessageAt("C0DEPLOYS", "1.1")


@pytest.fixture
async def slack(_no_surroundings: None) -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await make_world(tmp_path)
    yield made
    await made.store.close()


@pytest.fixture
async def view(world: World) -> ChangeView:
    await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS)
    return world.memo.cards()[-1]


def notifier(slack: FaultyServer) -> SlackNotifier:
    client = AsyncWebClient(token="xoxb-1", base_url=f"{slack.url}/api/", retry_handlers=[])
    return SlackNotifier(client, MovedClock())


def posted(channel: str = "C0DEPLOYS", ts: str = "1.1") -> Reply:
    return answer({"ok": True, "channel": channel, "ts": ts})


def refused(error: str) -> Reply:
    return answer({"ok": False, "error": error})


def sent(slack: FaultyServer) -> list[tuple[str, dict[str, Any]]]:
    return [(request.path.removeprefix("/api/"), request.json()) for request in slack.requests]


async def test_a_card_is_posted_where_it_belongs(slack: FaultyServer, view: ChangeView) -> None:
    slack.reply(posted("D0ADA", "7.7"))

    assert await notifier(slack).card(view, DEPLOYS, None) == MessageAt("D0ADA", "7.7")

    ((method, body),) = sent(slack)
    assert (method, body["channel"], body["unfurl_links"]) == ("chat.postMessage", "C0DEPLOYS", False)
    assert body["text"]
    assert body["blocks"]


async def test_a_card_is_edited_where_it_stands(slack: FaultyServer, view: ChangeView) -> None:
    slack.reply(posted())

    assert await notifier(slack).card(view, DEPLOYS, AT) == AT

    ((method, body),) = sent(slack)
    assert (method, body["channel"], body["ts"]) == ("chat.update", "C0DEPLOYS", "1.1")
    assert "unfurl_links" not in body


@pytest.mark.parametrize(
    ("error", "gone", "final"),
    [
        ("message_not_found", True, False),
        ("cant_update_message", True, False),
        ("edit_window_closed", True, False),
        ("is_inactive", False, True),
    ],
)
async def test_that_a_card_cannot_be_edited_any_more_is_told_to_the_deliverer(
    slack: FaultyServer, view: ChangeView, error: str, gone: bool, final: bool
) -> None:
    slack.reply(refused(error))

    with pytest.raises(NotDelivered) as raised:
        await notifier(slack).card(view, DEPLOYS, AT)

    assert (raised.value.gone, raised.value.final) == (gone, final)
    assert raised.value.error == ("is_archived" if final else error)
    assert [method for method, _ in sent(slack)] == ["chat.update"]


async def test_an_edit_that_fails_otherwise_posts_no_second_card(slack: FaultyServer, view: ChangeView) -> None:
    slack.reply(refused("internal_error"))

    with pytest.raises(NotDelivered, match="internal_error"):
        await notifier(slack).card(view, DEPLOYS, AT)

    assert len(slack.requests) == 1


async def test_a_line_of_history_stands_in_the_card_s_thread(
    slack: FaultyServer, view: ChangeView, world: World
) -> None:
    slack.reply(posted(ts="3.3"))
    async with world.store.read() as tx:
        entry = (await tx.audit(view.change.id))[0]

    assert await notifier(slack).history(HistoryView(entry, view.change), AT) == MessageAt("C0DEPLOYS", "3.3")

    assert sent(slack)[0][1]["thread_ts"] == "1.1"


async def test_a_report_is_posted_and_edited(slack: FaultyServer, world: World) -> None:
    run = world.provider.evaluated("support", "config_x", 0.9, status="running")
    reminder = Reminder("main", run.project_id, "support", run.id, NOON)
    report = EvaluationView(run, "support", reminder, NOON, exact=True, now=NOON)
    slack.reply(posted(), posted())

    at = await notifier(slack).reminder(report, DEPLOYS, None)
    await notifier(slack).reminder(report, DEPLOYS, at)

    assert [method for method, _ in sent(slack)] == ["chat.postMessage", "chat.update"]


async def test_a_change_that_missed_its_time_is_told_where_it_was_asked(slack: FaultyServer, view: ChangeView) -> None:
    slack.reply(posted())
    await notifier(slack).missed(replace(view.change, state=State.EXPIRED), DEPLOYS, None)
    ((method, body),) = sent(slack)
    assert (method, body["channel"]) == ("chat.postMessage", "C0DEPLOYS")
    assert view.change.label in body["text"]


async def test_a_channel_that_takes_no_messages_is_told_elsewhere_and_edited_once_it_does(slack: FaultyServer) -> None:
    slack.reply(posted(), posted())
    trouble = TroubleView("C0EVALS", "is_archived", NOON)
    at = await notifier(slack).trouble(trouble, DEPLOYS, None)
    await notifier(slack).trouble(replace(trouble, over=True), DEPLOYS, at)
    assert [method for method, _ in sent(slack)] == ["chat.postMessage", "chat.update"]
    assert all("<#C0EVALS>" in body["text"] for _, body in sent(slack))


SURE, UNSURE, UNREACHED = (False, False), (True, False), (False, True)


@pytest.mark.parametrize(
    ("failure", "error", "wait", "final", "known"),
    [
        (answer({"ok": False, "error": "ratelimited"}, 429, retry_after="30"), "ratelimited", 30.0, False, UNREACHED),
        (answer({"ok": False, "error": "ratelimited"}, 429), "ratelimited", None, False, UNREACHED),
        (refused("channel_not_found"), "channel_not_found", None, True, SURE),
        (refused("is_archived"), "is_archived", None, True, SURE),
        (refused("not_in_channel"), "not_in_channel", None, True, SURE),
        (refused("user_disabled"), "user_disabled", None, True, SURE),
        (refused("invalid_auth"), "invalid_auth", None, False, SURE),
        (refused("msg_too_long"), "msg_too_long", None, False, SURE),
        (refused("internal_error"), "internal_error", None, False, UNSURE),
        (answer({"ok": False, "error": "oops"}, 503), "oops", None, False, UNSURE),
        (CUT, "ServerDisconnectedError", None, False, UNSURE),
        (Reply(200, b"{half"), "no_json", None, False, UNSURE),
    ],
)
async def test_what_slack_does_not_take_is_told_to_the_deliverer(
    slack: FaultyServer,
    view: ChangeView,
    failure: Reply,
    error: str,
    wait: float | None,
    final: bool,
    known: tuple[bool, bool],
) -> None:
    slack.reply(failure)

    with pytest.raises(NotDelivered) as raised:
        await notifier(slack).card(view, DEPLOYS, None)

    came = raised.value
    assert (came.error, came.retry_after, came.final, (came.unsure, came.unreached)) == (error, wait, final, known)


async def test_a_slack_that_is_not_there_has_heard_nothing(slack: FaultyServer, view: ChangeView) -> None:
    deaf = AsyncWebClient(token="xoxb-1", base_url="http://127.0.0.1:9/api/", retry_handlers=[])

    with pytest.raises(NotDelivered) as raised:
        await SlackNotifier(deaf, MovedClock()).card(view, DEPLOYS, None)

    assert (raised.value.unsure, raised.value.unreached) == (False, True)


# Posts whose answer was lost


def said(post: str, ts: str = "5.5", user: str = "U0BOT", kind: str = "configbot_notice") -> dict[str, Any]:
    return {"ts": ts, "user": user, "metadata": {"event_type": kind, "event_payload": {"post": post}}}


def page(*messages: dict[str, Any], cursor: str = "") -> Reply:
    return answer({"ok": True, "messages": list(messages), "response_metadata": {"next_cursor": cursor}})


async def test_a_post_carries_its_id(slack: FaultyServer, view: ChangeView) -> None:
    slack.reply(posted())

    await notifier(slack).posting("post-1").card(view, DEPLOYS, None)

    assert sent(slack)[0][1]["metadata"] == {"event_type": "configbot_notice", "event_payload": {"post": "post-1"}}


async def test_a_post_is_found_by_its_id(slack: FaultyServer) -> None:
    client = AsyncWebClient(token="xoxb-1", base_url=f"{slack.url}/api/", retry_handlers=[])
    strange = [said("post-2"), said("post-1", user="U0EVIL"), said("post-1", kind="other"), {"ts": "1.2"}]
    slack.reply(page(*strange, cursor="more"), page(said("post-1")))

    found = await SlackNotifier(client, MovedClock(), "U0BOT").find("post-1", Spot("C0DEPLOYS"), NOON)

    assert found == MessageAt("C0DEPLOYS", "5.5")
    first, second = (request.target for request in slack.requests)
    assert first.startswith("/api/conversations.history?")
    assert "include_all_metadata=1" in first
    assert f"oldest={(NOON - timedelta(minutes=10)).timestamp():.6f}" in first
    assert "cursor=more" in second


async def test_a_line_of_a_thread_is_looked_for_in_the_thread(slack: FaultyServer) -> None:
    slack.reply(page(said("post-2")))

    assert await notifier(slack).find("post-1", Spot("C0DEPLOYS", "1.1"), NOON) is None

    assert slack.requests[0].target.startswith("/api/conversations.replies?")
    assert "ts=1.1" in slack.requests[0].target


async def test_what_cannot_be_told_is_not_taken_for_a_no(slack: FaultyServer) -> None:
    slack.reply(refused("missing_scope"))
    with pytest.raises(NotDelivered, match="missing_scope") as raised:
        await notifier(slack).find("post-1", Spot("C0DEPLOYS"), NOON)
    assert raised.value.unsure

    slack.always = page(said("post-2"), cursor="more")
    with pytest.raises(NotDelivered, match="too much"):
        await notifier(slack).find("post-1", Spot("C0DEPLOYS"), NOON)


async def test_a_card_catches_up_when_slack_is_back(slack: FaultyServer, world: World) -> None:
    """A lost connection is not a fault of ours: the notice stays due, and the sweep says it."""
    world.ctx = replace(world.ctx, notifier=notifier(slack))
    slack.reply(CUT)
    await deploys.request(world.ctx, deploy(world), ADA, DEPLOYS)
    world.clock.instant = NOON.replace(hour=13)
    slack.reply(page(), posted())

    await deliver_due(world.ctx)

    async with world.store.read() as tx:
        found, _ = await tx.changes(limit=1, offset=0)
        card = await tx.notice_for(NoticeKind.CARD, found[0].id)
    assert card is not None
    assert card.at == AT
