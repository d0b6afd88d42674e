"""Whole conversations: the real Bolt app over real Socket Mode."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.slack import Bot, Person, SocketDelivery, Workspace
from tests.bot.services.slack.slack import (
    PEOPLE,
    MovableClock,
    Page,
    actions,
    bolt,
    button,
    connected,
    make_workspace,
    playground,
    section,
)


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def text_input(block_id: str, **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": block_id, **more.pop("element", {})}
    return {"type": "input", "block_id": block_id, "label": plain("Why"), "element": element, **more}


def modal(*blocks: Any, callback_id: str = "form", **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("A form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


async def acknowledged(ack: Any) -> None:
    await ack()


async def open_modal(page: Page, app: AsyncApp, view: dict[str, Any]) -> Any:
    """Open a modal for Ada with a command, and give what the page sees of it."""

    @app.command("/deploy")
    async def deploy(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    await page.say("/deploy")
    return (await page.until(lambda seen: seen["view"], lambda: page.get("modal")))["view"]


# Commands


async def test_a_command_is_acknowledged_with_an_ephemeral_text_that_only_its_reader_sees(
    page: Page, app: AsyncApp
) -> None:
    seen: dict[str, Any] = {}

    @app.command("/deploy")
    async def deploy(ack: Any, command: Any) -> None:
        seen.update(command)
        await ack("on it")

    typed = "/deploy config_x to production & #deploys <b> @Ada Ibarra https://a.example/x"
    assert await page.say(typed) == {"ok": True}
    assert (await page.last())["ephemeral"]
    assert await page.texts() == ["on it"]
    assert await page.as_("U0RAVI").texts() == []
    assert seen["text"] == (
        "config_x to production &amp; <#C0DEPLOYS|deploys> &lt;b&gt; <@U0ADA|ada> <https://a.example/x>"
    )
    assert seen["channel_name"] == "deploys"
    assert all(isinstance(value, str) for value in seen.values())


async def test_an_acknowledgement_may_be_seen_by_all_and_a_wrong_one_is_said(page: Page, app: AsyncApp) -> None:
    @app.command("/deploy")
    async def deploy(ack: Any, command: Any) -> None:
        await ack(text=command["text"], response_type="in_channel" if command["text"] == "all" else "nobody")

    await page.say("/deploy all")
    assert await page.as_("U0RAVI").texts() == ["all"]
    async with page.events() as events:
        await page.say("/deploy wrong")
        assert "acknowledgement was refused: invalid_arguments" in (await events.next("notice"))["text"]


async def test_a_command_that_is_not_registered_is_said_and_never_reaches_the_app(page: Page, app: AsyncApp) -> None:
    async with page.events() as events:
        assert await page.say("/status now") == {"ok": False, "error": "not_registered"}
        assert (await events.next("notice"))["text"] == "/status is not registered"


async def test_commands_do_not_exist_in_threads_nor_for_strangers(page: Page, workspace: Workspace) -> None:
    workspace.set_person(Person("U0OUT", "Out Sider", is_stranger=True, team_id="T0OTHER"))
    status, words = await page.refused("say", channel="C0DEPLOYS", text="/deploy x", thread_ts="1.1")
    assert (status, words) == (400, "/deploy is not supported in threads. Sorry! Mention the bot instead")
    status, _ = await page.as_("U0OUT").refused("say", channel="D0OUT", text="/deploy x")
    assert status == 400


async def test_no_acknowledgement_within_the_time_is_an_operation_timeout(workspace: Workspace) -> None:
    async with playground(workspace, delivery=SocketDelivery(workspace, ack_seconds=0.15)) as page:
        app = bolt(page.base_url)

        @app.command("/silent")
        async def silent(body: Any) -> None:
            """Acknowledges nothing."""

        async with connected(app, page), page.events() as events:
            assert await page.say("/silent") == {"ok": False, "error": "operation_timeout"}
            assert (await events.next("notice"))["text"] == "/silent failed with the error “operation_timeout”"


async def test_without_a_bot_everything_that_needs_one_fails_visibly(page: Page, workspace: Workspace) -> None:
    assert await page.say("/deploy x") == {"ok": False, "error": "dispatch_failed"}
    async with page.events() as events:
        assert await page.post("open_home") == {"ok": True}
        assert "app_home_opened was not acknowledged: dispatch_failed" in (await events.next("notice"))["text"]


# Messages and clicks


async def test_a_click_on_a_card_edits_it(page: Page, app: AsyncApp) -> None:
    @app.command("/deploy")
    async def deploy(ack: Any, client: Any, body: Any) -> None:
        await ack()
        card = [section("card"), actions(button("change.approve"))]
        await client.chat_postMessage(channel=body["channel_id"], text="card", blocks=card)

    @app.action("change.approve")
    async def approve(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=f"approved by {body['user']['id']}, {body['actions'][0]['value']}",
            blocks=[section("approved")],
        )

    await page.say("/deploy config_x to production")
    card = (await page.until(bool, page.messages))[0]
    assert await page.as_("U0RAVI").click(card, "change.approve") == {"ok": True}
    await page.until(lambda texts: texts == ["approved by U0RAVI, 1:x"], page.texts)
    assert not (await page.last())["edited"]


async def test_a_late_click_on_a_button_that_is_gone_still_reaches_the_app(page: Page, app: AsyncApp) -> None:
    clicks: list[Any] = []

    @app.action("change.approve")
    async def approve(ack: Any, body: Any) -> None:
        await ack()
        clicks.append(body)

    sent = await app.client.chat_postMessage(
        channel="#deploys", text="card", blocks=[actions(button("change.approve"))]
    )
    seen = await page.last()
    await app.client.chat_update(channel="C0DEPLOYS", ts=sent["ts"], text="done", blocks=[section("done")])
    await page.click(seen, "change.approve")
    assert clicks[0]["message"]["text"] == "done"
    status, words = await page.refused("action", channel="C0DEPLOYS", ts=sent["ts"], block_id="b", action_id="other")
    assert status == 404
    assert "there is no element 'other'" in words


async def test_an_ephemeral_message_is_changed_only_through_the_response_url_of_a_click_on_it(
    page: Page, app: AsyncApp
) -> None:
    clicks: list[Any] = []

    @app.command("/deploy")
    async def deploy(ack: Any, respond: Any) -> None:
        await ack()
        await respond("which?", blocks=[actions(button("line.run"), button("line.drop"))])

    @app.action("line.run")
    async def run(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        clicks.append(body)
        await respond("chosen", replace_original=True, blocks=[section("chosen"), actions(button("line.drop"))])

    @app.action("line.drop")
    async def drop(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    await page.say("/deploy")
    question = (await page.until(bool, page.messages))[0]
    await page.click(question, "line.run")
    await page.until(lambda texts: texts == ["chosen"], page.texts)
    assert clicks[0]["container"]["is_ephemeral"]
    assert "message" not in clicks[0]
    with pytest.raises(SlackApiError, match="message_not_found"):
        await app.client.chat_update(channel="C0DEPLOYS", ts=question["ts"], text="no")
    async with page.events() as events:
        await page.click(await page.last(), "line.drop")
        gone = await events.next("deleted")
    assert gone == {"channel": "C0DEPLOYS", "ephemeral_id": question["ephemeral_id"]}
    assert await page.texts() == []


async def test_somebody_else_cannot_click_an_ephemeral_message(page: Page, app: AsyncApp) -> None:
    await app.client.chat_postEphemeral(
        channel="C0DEPLOYS", user="U0ADA", text="psst", blocks=[actions(button("line.run"))]
    )
    block = (await page.last())["blocks"][0]["block_id"]
    which = {"channel": "C0DEPLOYS", "ephemeral_id": (await page.last())["ephemeral_id"]}
    status, _ = await page.as_("U0RAVI").refused("action", **which, block_id=block, action_id="line.run")
    assert status == 404


async def test_a_response_url_takes_five_posts_within_thirty_minutes(
    page: Page, app: AsyncApp, clock: MovableClock
) -> None:
    urls: list[str] = []

    @app.command("/deploy")
    async def deploy(ack: Any, body: Any) -> None:
        await ack()
        urls.append(body["response_url"])

    await page.say("/deploy one")
    for number in range(5):
        answer = await page.http.post(urls[0], json={"text": f"{number}", "response_type": "in_channel"})
        assert answer.text == "ok"
    used = await page.http.post(urls[0], json={"text": "6"})
    assert (used.status_code, used.json()["error"]) == (404, "used_url")
    await page.say("/deploy two")
    await page.post("clock", seconds=30 * 60 + 1)
    late = await page.http.post(urls[1], json={"text": "late"})
    assert (late.status_code, late.json()["error"]) == (404, "expired_url")
    unknown = await page.http.post("/response/nobody", json={"text": "x"})
    assert unknown.json()["error"] == "used_url"


async def test_a_response_url_refuses_what_it_cannot_do(page: Page, workspace: Workspace) -> None:
    async def respond(**body: Any) -> str:
        response = workspace.permits.new_response("C0DEPLOYS", "U0ADA")
        answer = await page.http.post(f"/response/{response.id}", json=body)
        return answer.text if answer.status_code == 200 else f"{answer.status_code} {answer.json()['error']}"

    assert await respond() == "400 no_text"
    assert await respond(text="x", blocks=[{"type": "nonsense"}]) == "400 invalid_blocks"
    assert await respond(delete_original=True) == "400 message_not_found"
    assert await respond(text="x", response_type="everywhere") == "400 invalid_arguments"
    assert await respond(text="x", thread_ts="1.000000") == "400 thread_not_found"
    assert await respond(text="a new one, for there is no original", replace_original=True) == "ok"
    assert len(await page.messages()) == 1


async def test_answers_in_a_thread_are_counted_and_shown_there(page: Page, app: AsyncApp) -> None:
    sent = await app.client.chat_postMessage(channel="C0DEPLOYS", text="card")
    await app.client.chat_postMessage(channel="C0DEPLOYS", text="asked", thread_ts=sent["ts"])
    await page.say("fine", thread_ts=sent["ts"])
    assert [(message["text"], message["reply_count"]) for message in await page.messages()] == [("card", 2)]
    assert await page.texts(thread_ts=sent["ts"]) == ["card", "asked", "fine"]
    reply = (await page.messages(thread_ts=sent["ts"]))[1]
    async with page.events() as events:
        await app.client.chat_delete(channel="C0DEPLOYS", ts=reply["ts"])
        assert (await events.next("message"))["message"]["reply_count"] == 1
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await app.client.chat_postMessage(channel="C0DEPLOYS", text="x", thread_ts=reply["ts"])
    status, words = await page.refused("say", channel="C0DEPLOYS", text="x", thread_ts="1.000000")
    assert (status, words) == (400, "there is no thread 1.000000: reload the channel (thread_not_found)")


async def test_selects_in_messages_send_what_was_chosen(page: Page, app: AsyncApp) -> None:
    chosen: list[Any] = []

    @app.action("pick")
    async def pick(ack: Any, action: Any, body: Any) -> None:
        await ack()
        chosen.append((action["selected_option"], body["state"]["values"]))

    options = [{"text": plain("Production"), "value": "env_1"}, {"text": plain("Staging"), "value": "env_2"}]
    select = {"type": "static_select", "action_id": "pick", "options": options}
    await app.client.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[{**actions(select), "block_id": "where"}])
    message = await page.last()
    state = {"where": {"pick": {"type": "static_select", "selected_option": options[1]}}}
    await page.click(message, "pick", selected_option=options[1], state=state)
    await page.click(message, "pick", value="env_1", state={"where": {"pick": {"selected_option": {"value": "old"}}}})
    first = {"where": {"pick": {"type": "static_select", "selected_option": options[1]}}}
    second = {"where": {"pick": {"type": "static_select", "selected_option": None}}}
    assert chosen == [(options[1], first), (options[0], second)]
    which = {"channel": "C0DEPLOYS", "ts": message["ts"], "block_id": "where", "action_id": "pick"}
    assert "offers no such option" in (await page.refused("action", **which, value="env_9"))[1]
    assert "nothing was chosen" in (await page.refused("action", **which))[1]
    assert "has fixed options" in (await page.refused("options", **which, query="pro"))[1]


async def test_a_click_that_nobody_takes_is_said(page: Page, workspace: Workspace) -> None:
    client = AsyncWebClient(token=Bot().token, base_url=f"{page.base_url}/api/")
    await client.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[actions(button("b"))])
    assert await page.click(await page.last(), "b") == {"ok": False, "error": "dispatch_failed"}


# Modals


async def test_a_modal_is_submitted_with_what_was_typed(page: Page, app: AsyncApp) -> None:
    sent: list[Any] = []

    @app.view("form")
    async def form(ack: Any, view: Any) -> None:
        sent.append((view["state"]["values"], view["private_metadata"]))
        await ack()

    view = await open_modal(page, app, modal(text_input("because"), private_metadata="1:ch"))
    answer = await page.post("submit", view_id=view["id"], values={"because": {"because": {"value": "it is better"}}})
    assert answer == {"ok": True}
    assert sent == [({"because": {"because": {"type": "plain_text_input", "value": "it is better"}}}, "1:ch")]
    assert await page.get("modal") == {"view": None, "depth": 0}


async def test_what_is_missing_is_refused_before_the_app_hears_of_it(page: Page, app: AsyncApp) -> None:
    view = await open_modal(
        page, app, modal(text_input("because", element={"min_length": 3}), text_input("more", optional=True))
    )
    empty = await page.post("submit", view_id=view["id"], values={})
    assert empty == {"ok": False, "errors": {"because": "Please complete this required field."}}
    short = await page.post("submit", view_id=view["id"], values={"because": {"because": {"value": "x"}}})
    assert short == {"ok": False, "errors": {"because": "Must be between 3 and 3000 characters."}}


async def test_the_app_answers_a_submission_with_errors_update_push_and_clear(page: Page, app: AsyncApp) -> None:
    answers: list[Any] = [
        {"response_action": "errors", "errors": {"because": "say more"}},
        {"response_action": "update", "view": modal(text_input("because"), callback_id="second")},
        {"response_action": "push", "view": modal(section("sure?"), callback_id="third")},
        {"response_action": "clear"},
    ]

    for name in ("form", "second", "third"):

        @app.view(name)
        async def form(ack: Any) -> None:
            await ack(**answers.pop(0))

    view = await open_modal(page, app, modal(text_input("because")))

    async def submit(view_id: str) -> Any:
        values = {"because": {"because": {"value": "x"}}}
        return await page.post("submit", view_id=view_id, values=values)

    assert await submit(view["id"]) == {"ok": False, "errors": {"because": "say more"}}
    assert await submit(view["id"]) == {"ok": True}
    assert (await page.get("modal"))["view"]["callback_id"] == "second"
    assert await submit(view["id"]) == {"ok": True}
    top = await page.get("modal")
    assert (top["view"]["callback_id"], top["depth"], top["view"]["root_view_id"]) == ("third", 2, view["id"])
    assert (await page.refused("submit", view_id=view["id"], values={}))[0] == 409
    assert await submit(top["view"]["id"]) == {"ok": True}
    assert (await page.get("modal"))["depth"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "explode"},
    ],
)
async def test_a_wrong_answer_to_a_submission_is_said_and_leaves_the_modal_open(
    page: Page, app: AsyncApp, answer: Any
) -> None:
    @app.view("form")
    async def form(ack: Any) -> None:
        await ack(**answer)

    view = await open_modal(page, app, modal(text_input("because")))
    got = await page.post("submit", view_id=view["id"], values={"because": {"because": {"value": "x"}}})
    assert got["ok"] is False
    assert "the answer to the modal was refused: invalid_arguments" in got["error"]
    assert (await page.get("modal"))["depth"] == 1


async def test_a_submission_that_nobody_takes_leaves_the_modal_open(page: Page, workspace: Workspace) -> None:
    client = AsyncWebClient(token=Bot().token, base_url=f"{page.base_url}/api/")
    opened = await client.views_open(trigger_id=workspace.permits.new_trigger("U0ADA"), view=modal(section("x")))
    got = await page.post("submit", view_id=opened["view"]["id"], values={})
    assert got == {"ok": False, "errors": {}, "error": "We had some trouble connecting. Try again?"}


async def test_a_modal_that_the_app_replaced_while_it_was_sent_stays(
    page: Page, app: AsyncApp, workspace: Workspace
) -> None:
    @app.view("form")
    async def form(ack: Any, view: Any) -> None:
        workspace.clear("U0ADA")
        await ack()

    view = await open_modal(page, app, modal(section("x")))
    assert await page.post("submit", view_id=view["id"], values={}) == {"ok": True}


async def test_external_selects_ask_the_app(page: Page, app: AsyncApp) -> None:
    asked: list[Any] = []
    answers: list[Any] = [
        {"options": [{"text": plain("config_x"), "value": "config_1"}]},
        {"option_groups": [{"label": plain("Mine"), "options": [{"text": plain("a"), "value": "a"}]}]},
        {"options": []},
        {"options": [{"text": plain("y" * 80), "value": "config_1"}]},
    ]

    @app.options("pick.config")
    async def options(ack: Any, payload: Any) -> None:
        asked.append((payload["value"], payload["block_id"], payload["view"]["id"]))
        await ack(**answers.pop(0))

    select = {"type": "external_select", "action_id": "pick.config", "min_query_length": 1}
    block = {"type": "input", "block_id": "config", "label": plain("Config"), "element": select}
    view = await open_modal(page, app, modal(block))
    where = {"view_id": view["id"], "block_id": "config", "action_id": "pick.config"}
    assert await page.post("options", **where, query="") == {"options": []}
    assert (await page.post("options", **where, query="c"))["options"][0]["value"] == "config_1"
    assert (await page.post("options", **where, query="c"))["option_groups"][0]["label"]["text"] == "Mine"
    assert await page.post("options", **where, query="c") == {"options": []}
    async with page.events() as events:
        assert await page.post("options", **where, query="c") == {"options": []}
        assert "must be less than 76 characters" in (await events.next("notice"))["text"]
    assert asked[0] == ("c", "config", view["id"])
    picked = {"type": "external_select", "selected_option": {"text": plain("config_x"), "value": "config_1"}}
    app.action("pick.config")(acknowledged)
    assert await page.post("action", **where, **picked) == {"ok": True}


async def test_options_that_do_not_come_are_none(page: Page, workspace: Workspace) -> None:
    client = AsyncWebClient(token=Bot().token, base_url=f"{page.base_url}/api/")
    select = {"type": "external_select", "action_id": "pick"}
    await client.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[{**actions(select), "block_id": "b"}])
    where = {"channel": "C0DEPLOYS", "ts": (await page.last())["ts"], "block_id": "b", "action_id": "pick"}
    assert await page.post("options", **where, query="ab") == {"options": []}
    assert await page.post("options", **where, query="abc") == {"options": []}


async def test_a_click_in_a_modal_opens_another_on_top_and_closing_goes_back(page: Page, app: AsyncApp) -> None:
    closed: list[Any] = []

    @app.action("more")
    async def more(ack: Any, client: Any, body: Any) -> None:
        await ack()
        assert "response_url" not in body
        assert "channel" not in body
        view = modal(section("detail"), callback_id="detail", notify_on_close=True)
        await client.views_push(trigger_id=body["trigger_id"], view=view)

    @app.view_closed("detail")
    async def gone(ack: Any, body: Any) -> None:
        await ack()
        closed.append(body["is_cleared"])

    view = await open_modal(page, app, modal(actions(button("more"))))
    where = {"view_id": view["id"], "block_id": view["blocks"][0]["block_id"], "action_id": "more"}
    await page.post("action", **where)
    top = await page.until(lambda seen: seen["depth"] == 2, lambda: page.get("modal"))
    await page.post("close", view_id=top["view"]["id"])
    assert closed == [False]
    assert (await page.get("modal"))["view"]["id"] == view["id"]


async def test_clear_on_close_ends_the_whole_stack_and_an_unheard_close_is_said(
    page: Page, workspace: Workspace
) -> None:
    first = workspace.new_view("U0ADA", modal(section("a"), notify_on_close=True))
    second = workspace.new_view("U0ADA", modal(section("b"), clear_on_close=True))
    workspace.push(first)
    workspace.push(second)
    async with page.events() as events:
        await page.post("close", view_id=second.id)
        assert "was not told that a modal was closed" in (await events.next("notice"))["text"]
    assert (await page.get("modal"))["depth"] == 0
    assert (await page.refused("close", view_id=second.id))[0] == 404


# Events


async def test_a_mention_and_a_direct_message_reach_the_app(page: Page, app: AsyncApp) -> None:
    heard: list[Any] = []

    @app.event("app_mention")
    async def mention(event: Any, say: Any) -> None:
        heard.append((event["text"], event["channel"]))
        await say("yes?", thread_ts=event["ts"])

    @app.event("message")
    async def direct(event: Any) -> None:
        heard.append((event["text"], event["channel_type"]))

    await page.say("@configbot deploy config_x")
    await page.say("hello", channel="D0ADA")
    await page.say("not for the bot")
    await page.until(lambda _: len(heard) == 2, page.session)
    assert heard == [("<@U0BOT> deploy config_x", "C0DEPLOYS"), ("hello", "im")]
    ts = (await page.messages())[0]["ts"]
    await page.until(lambda texts: texts[1:] == ["yes?"], lambda: page.texts(thread_ts=ts))


async def test_an_event_that_was_not_acknowledged_comes_again_with_the_same_id(workspace: Workspace) -> None:
    delivery = SocketDelivery(workspace, ack_seconds=0.3)
    async with playground(workspace, delivery=delivery, retry_delays=(0.01, 0.01)) as page:
        app, seen = bolt(page.base_url), []

        @app.middleware
        async def note(body: Any, req: Any, next_: Any) -> None:
            seen.append((body["event_id"], req.headers.get("x-slack-retry-num")))
            if len(seen) > 2:
                await next_()

        @app.event("app_mention")
        async def mention() -> None:
            """Takes it."""

        async with connected(app, page):
            await page.say("@configbot help")
            await page.until(lambda _: len(seen) == 3, page.session)
    assert len({event_id for event_id, _ in seen}) == 1
    assert [number for _, number in seen] == [["0"], ["1"], ["2"]]


async def test_the_bot_hears_itself_only_where_it_is_subscribed(clock: MovableClock) -> None:
    workspace = make_workspace(now=clock, subscriptions=("message.channels",))
    async with playground(workspace) as page:
        app = bolt(page.base_url)
        async with connected(app, page):
            await app.client.chat_postMessage(channel="C0DEPLOYS", text="<@U0BOT> it is me")
            entries = await page.until(
                lambda log: any(entry["kind"] == "events_api" for entry in log["entries"]), lambda: page.get("log")
            )
            assert [entry["name"] for entry in entries["entries"] if entry["kind"] == "events_api"] == ["message"]
            assert "no Home tab" in (await page.refused("open_home"))[1]
    workspace.close()


async def test_the_home_tab_opens_and_is_published(page: Page, app: AsyncApp) -> None:
    opened: list[Any] = []

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        opened.append((event["tab"], "view" in event))
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section(f"{len(opened)}")]})

    async def shown() -> Any:
        view = (await page.get("home"))["view"]
        return view and view["blocks"][0]["text"]["text"]

    for number in ("1", "2"):
        await page.post("open_home")
        await page.until(number.__eq__, shown)
    assert opened == [("home", False), ("home", True)]
    async with page.http.stream("GET", "/playground/events", params={"as": "U0ADA"}) as answer:
        async for line in answer.aiter_lines():
            if line == "event: home":
                break


async def test_a_strangers_event_says_from_which_team_it_comes(page: Page, app: AsyncApp, workspace: Workspace) -> None:
    workspace.set_person(Person("U0OUT", "Out Sider", is_stranger=True, team_id="T0OTHER"))
    heard: list[Any] = []

    @app.event("message")
    async def direct(event: Any) -> None:
        heard.append((event["user_team"], event["text"]))

    await page.as_("U0OUT").say("hello", channel="D0OUT")
    await page.until(lambda _: heard == [("T0OTHER", "hello")], page.session)


async def test_a_mention_where_the_bot_is_not_stays_unheard_and_that_is_said(page: Page, app: AsyncApp) -> None:
    async with page.events() as events:
        await page.say("@configbot help", channel="C0QUIET")
        assert (await events.next("notice"))["text"] == "configbot is not in #quiet and does not hear this"
    assert not any(entry["kind"] == "events_api" for entry in (await page.get("log"))["entries"])


# Connections


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "drop"])
async def test_the_app_comes_back_after_its_connection_was_ended(page: Page, app: AsyncApp, reason: str) -> None:
    @app.command("/deploy")
    async def deploy(ack: Any) -> None:
        await ack("here")

    await page.post("faults", method="socket", error=reason)
    await page.until(lambda answer: answer == {"ok": True}, lambda: page.say("/deploy"))
    assert await page.texts() == ["here"]


async def test_several_connections_share_the_payloads(page: Page, workspace: Workspace) -> None:
    counts = {0: 0, 1: 0}
    first, second = bolt(page.base_url), bolt(page.base_url)

    def listen(app: AsyncApp, number: int) -> None:
        @app.command("/deploy")
        async def deploy(ack: Any) -> None:
            counts[number] += 1
            await ack()

    listen(first, 0)
    listen(second, 1)

    async with connected(first, page), connected(second, page):
        await page.until(lambda number: number == 2, lambda: _connections(workspace, page))
        for _ in range(4):
            await page.say("/deploy")
    assert counts == {0: 2, 1: 2}


async def _connections(workspace: Workspace, page: Page) -> int:
    entries = (await page.get("log"))["entries"]
    await asyncio.sleep(0.05)
    return sum(entry["name"] == "apps.connections.open" for entry in entries)


async def test_a_card_from_before_a_restart_stays_clickable(tmp_path: Path, clock: MovableClock) -> None:
    async def start() -> Workspace:
        return make_workspace(tmp_path / "data" / "playground.db", now=clock, people=PEOPLE)

    workspace = await start()
    async with playground(workspace) as page:
        app = bolt(page.base_url)
        await app.client.chat_postMessage(channel="C0DEPLOYS", text="card", blocks=[actions(button("b"))])
        await app.client.chat_postEphemeral(channel="C0DEPLOYS", user="U0ADA", text="psst")
        await app.client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": [section("board")]})
        opened = await app.client.views_open(
            trigger_id=workspace.permits.new_trigger("U0ADA"), view=modal(section("x"))
        )
    response = workspace.permits.new_response("C0DEPLOYS", "U0ADA")
    workspace.close()

    workspace = await start()
    async with playground(workspace) as page:
        app, clicks = bolt(page.base_url), []

        @app.action("b")
        async def clicked(ack: Any, body: Any) -> None:
            await ack()
            clicks.append(body["message"]["text"])

        async with connected(app, page):
            card, psst = await page.messages()
            assert psst["ephemeral"]
            await page.click(card, "b")
            assert clicks == ["card"]
            assert (await page.http.post(f"/response/{response.id}", json={"text": "late, but in time"})).text == "ok"
            assert (await page.get("home"))["view"]["blocks"][0]["text"]["text"] == "board"
            assert (await page.get("modal"))["view"]["id"] == opened["view"]["id"]
            await app.client.chat_delete(channel="C0DEPLOYS", ts=card["ts"])
            newest = await app.client.chat_postMessage(channel="C0DEPLOYS", text="newer")
            assert newest["ts"] > psst["ts"] > card["ts"]
    workspace.close()


async def test_what_would_come_again_is_given_up_at_the_end(workspace: Workspace) -> None:
    async with playground(workspace, retry_delays=(60,)) as page:
        await page.say("@configbot help")


async def test_an_ephemeral_answer_in_a_thread_is_read_there_by_its_reader_only(page: Page, app: AsyncApp) -> None:
    sent = await app.client.chat_postMessage(channel="C0DEPLOYS", text="card")
    await app.client.chat_postEphemeral(channel="C0DEPLOYS", user="U0ADA", text="psst", thread_ts=sent["ts"])
    assert await page.texts(thread_ts=sent["ts"]) == ["card", "psst"]
    assert await page.as_("U0RAVI").texts(thread_ts=sent["ts"]) == ["card"]
    assert (await page.messages())[0]["reply_count"] == 0
