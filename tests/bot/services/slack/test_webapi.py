"""The Web API through Slack's own client: what it answers, and by which name it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.slack import Bot, Channel, Person, Team, Workspace
from tests.bot.services.slack.slack import MovableClock, Page, actions, button, make_workspace, playground, section


def slack_client(page: Page, token: str | None = Bot().token) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=f"{page.base_url}/api/", retry_handlers=[])


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("A form"), "blocks": [section("x")], **more}


# Tokens


async def test_auth_test_tells_who_the_bot_is(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert {key: answer[key] for key in ("team_id", "user_id", "bot_id", "user")} == {
        "team_id": "T0ACORN",
        "user_id": "U0BOT",
        "bot_id": "B0BOT",
        "user": "configbot",
    }
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_tokens_are_checked(page: Page) -> None:
    assert await error_of(slack_client(page, None).auth_test()) == "not_authed"
    assert await error_of(slack_client(page, "xoxb-other").auth_test()) == "invalid_auth"
    assert await error_of(slack_client(page, Bot().app_token).auth_test()) == "not_allowed_token_type"
    assert await error_of(slack_client(page).apps_connections_open(app_token=Bot().token)) == "not_allowed_token_type"
    answer = await page.http.get("/api/auth.test", params={"token": Bot().token})
    assert answer.json()["ok"]


async def test_a_token_that_looks_real_is_refused_loudly_and_kept_nowhere(page: Page) -> None:
    parts = ("xoxb", "123456789012", "1234567890123", "AbCdEfGhIjKlMnOpQrStUvWx")
    real = "-".join(parts)
    async with page.events() as events:
        assert await error_of(slack_client(page, real).auth_test()) == "invalid_auth"
        assert "looks like a real Slack token" in (await events.next("notice"))["text"]
    await page.http.post("/api/auth.test", json={"token": real, "text": f"see {real}"})
    log = (await page.http.get("/playground/log")).text
    assert "AbCdEf" not in log
    with pytest.raises(ValueError, match="made-up tokens only"):
        make_workspace(bot=Bot(token=real))


async def test_a_method_that_is_not_played_fails_loudly(page: Page, client: AsyncWebClient) -> None:
    async with page.events() as events:
        assert await error_of(client.reactions_add(channel="C0DEPLOYS", name="x", timestamp="1.1")) == "unknown_method"
        assert "reactions.add" in (await events.next("notice"))["text"]


# Arguments


async def test_arguments_come_as_json_form_or_query_and_nothing_else(page: Page) -> None:
    headers = {"Authorization": f"Bearer {Bot().token}"}

    async def post(**how: Any) -> Any:
        return (await page.http.post("/api/chat.postMessage", headers=headers | how.pop("headers", {}), **how)).json()

    assert (await post(json={"channel": "C0DEPLOYS", "text": "json"}))["ok"]
    assert (await post(data={"channel": "C0DEPLOYS", "text": "", "blocks": '[{"type":"divider"}]'}))["ok"]
    assert (await post(params={"channel": "C0DEPLOYS", "text": "query"}))["ok"]
    bad = await post(data={"channel": "C0DEPLOYS", "blocks": "[{"})
    assert bad["error"] == "invalid_blocks_format"
    assert (await post(content="x", headers={"Content-Type": "text/plain"}))["error"] == "invalid_post_type"
    assert (await post(content="{", headers={"Content-Type": "application/json"}))["error"] == "invalid_json"
    assert (await post(content="[]", headers={"Content-Type": "application/json"}))["error"] == "json_not_object"
    large = await page.http.post("/api/auth.test", content=b" " * 1_000_001)
    assert large.status_code == 413


# Posting


async def test_posts_by_id_by_name_and_to_a_person(client: AsyncWebClient) -> None:
    for channel in ("C0DEPLOYS", "#deploys", "deploys"):
        assert (await client.chat_postMessage(channel=channel, text="x"))["channel"] == "C0DEPLOYS"
    assert (await client.chat_postMessage(channel="U0ADA", text="x"))["channel"] == "D0ADA"


async def test_ts_are_unique_and_rising_although_the_clock_stands_still(client: AsyncWebClient) -> None:
    sent = [(await client.chat_postMessage(channel="C0DEPLOYS", text="x"))["ts"] for _ in range(3)]
    assert sent == sorted(set(sent))
    assert sent[0] == "1795251600.000000"


async def test_refuses_what_cannot_be_posted(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.set_channel(Channel("C0OLD", "old", is_archived=True))
    refusals: dict[str, list[dict[str, Any]]] = {
        "channel_not_found": [{"channel": "C0NONE"}, {"channel": "#leads-only"}, {"channel": "configbot"}],
        "is_archived": [{"channel": "C0OLD"}],
        "no_text": [{"channel": "C0DEPLOYS", "text": ""}],
        "invalid_blocks": [{"channel": "C0DEPLOYS", "blocks": [{"type": "section"}]}],
        "invalid_arguments": [{"channel": "C0DEPLOYS", "attachments": [{"text": "old"}]}, {"channel": ""}],
        "msg_blocks_too_long": [{"channel": "C0DEPLOYS", "blocks": [section("x" * 2_500) for _ in range(5)]}],
        "invalid_metadata_schema": [{"channel": "C0DEPLOYS", "metadata": {"event_type": "x"}}],
    }
    for error, calls in refusals.items():
        for call in calls:
            assert await error_of(client.api_call("chat.postMessage", json={"text": "x", **call})) == error


async def test_refused_blocks_say_where(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[section("")])
    words = "must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    assert caught.value.response["errors"] == [words]
    assert caught.value.response["response_metadata"]["messages"] == [f"[ERROR] {words}"]


async def test_public_channels_need_membership_or_the_public_scope(client: AsyncWebClient, clock: MovableClock) -> None:
    assert (await client.chat_postMessage(channel="C0QUIET", text="x"))["ok"]
    workspace = make_workspace(now=clock, bot=Bot(scopes=("chat:write",)))
    async with playground(workspace) as page:
        assert await error_of(slack_client(page).chat_postMessage(channel="C0QUIET", text="x")) == "not_in_channel"
    workspace.close()


async def test_long_texts_are_cut_and_large_messages_are_warned_about(page: Page, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0DEPLOYS", text="x" * 50_000)
    assert len((await page.last())["text"]) == 40_000
    async with page.events() as events:
        await client.chat_postMessage(channel="C0DEPLOYS", text="x", blocks=[section("x" * 2_400) for _ in range(4)])
        assert "9,600 characters" in (await events.next("notice"))["text"]


async def test_ephemeral_messages_go_to_active_people_in_the_channel(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    workspace.set_person(Person("U0GONE", "Gone Away", deleted=True))
    workspace.set_person(Person("U0OUT", "Out Sider", is_stranger=True))
    for user in ("U0GONE", "U0OUT", "U0NONE"):
        assert (
            await error_of(client.chat_postEphemeral(channel="C0DEPLOYS", user=user, text="x")) == "user_not_in_channel"
        )
    assert (await client.chat_postEphemeral(channel="C0DEPLOYS", user="U0ADA", text="x"))["message_ts"]


async def test_metadata_stays_until_it_is_cleared(client: AsyncWebClient) -> None:
    metadata = {"event_type": "change", "event_payload": {"id": "ch"}}
    sent = await client.chat_postMessage(channel="C0DEPLOYS", text="x", metadata=metadata)
    assert sent["message"]["metadata"] == metadata
    kept = await client.chat_update(channel="C0DEPLOYS", ts=sent["ts"], text="y")
    assert kept["message"]["metadata"] == metadata
    cleared = await client.chat_update(channel="C0DEPLOYS", ts=sent["ts"], text="y", metadata={})
    assert "metadata" not in cleared["message"]


async def test_an_update_without_blocks_removes_them(page: Page, client: AsyncWebClient) -> None:
    sent = await client.chat_postMessage(channel="C0DEPLOYS", text="card", blocks=[section("card")])
    where = {"channel": "C0DEPLOYS", "ts": sent["ts"]}
    await client.api_call("chat.update", json={**where, "blocks": [section("b")]})
    assert ((await page.last())["text"], (await page.last())["edited"]) == ("card", False)
    await client.chat_update(**where, text="plain")
    assert ((await page.last())["blocks"], (await page.last())["edited"]) == ([], True)
    assert await error_of(client.api_call("chat.update", json={**where, "text": ""})) == "no_text"
    assert await error_of(client.api_call("chat.update", json=where)) == "no_text"
    assert await error_of(client.chat_update(**where, text="x" * 4_001)) == "msg_too_long"


async def test_only_own_messages_are_changed_or_deleted(page: Page, client: AsyncWebClient) -> None:
    await page.say("mine")
    ts = (await page.last())["ts"]
    assert await error_of(client.chat_update(channel="C0DEPLOYS", ts=ts, text="x")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel="C0DEPLOYS", ts=ts)) == "cant_delete_message"
    assert await error_of(client.chat_update(channel="C0DEPLOYS", ts="1.1", text="x")) == "message_not_found"
    assert await error_of(client.chat_update(channel="U0ADA", ts=ts, text="x")) == "channel_not_found"


async def test_permalinks(page: Page, client: AsyncWebClient) -> None:
    sent = await client.chat_postMessage(channel="C0DEPLOYS", text="x")
    reply = await client.chat_postMessage(channel="C0DEPLOYS", text="x", thread_ts=sent["ts"])
    link = await client.chat_getPermalink(channel="C0DEPLOYS", message_ts=sent["ts"])
    assert link["permalink"] == f"{page.base_url}/archives/C0DEPLOYS/p1795251600000000"
    link = await client.chat_getPermalink(channel="C0DEPLOYS", message_ts=reply["ts"])
    assert link["permalink"].endswith(f"?thread_ts={sent['ts']}")
    assert await error_of(client.chat_getPermalink(channel="C0DEPLOYS", message_ts="1.1")) == "message_not_found"
    assert await error_of(client.chat_getPermalink(channel="C0NONE", message_ts="1.1")) == "channel_not_found"


# Pace and faults


async def test_more_than_a_short_burst_of_messages_is_rate_limited(client: AsyncWebClient) -> None:
    for _ in range(10):
        await client.chat_postMessage(channel="C0DEPLOYS", text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0DEPLOYS", text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["retry-after"] == "1"
    assert (await client.chat_postMessage(channel="C0PROMPTS", text="x"))["ok"]


async def test_the_pace_can_be_left_out(clock: MovableClock) -> None:
    workspace = make_workspace(now=clock, rate_limits=False)
    async with playground(workspace) as page:
        for _ in range(12):
            await slack_client(page).chat_postMessage(channel="C0DEPLOYS", text="x")
    workspace.close()


async def test_faults_can_be_queued(page: Page, client: AsyncWebClient) -> None:
    async def post() -> str:
        try:
            await client.chat_postMessage(channel="C0DEPLOYS", text="x")
        except SlackApiError as error:
            return f"{error.response.status_code} {error.response['error']}"
        except OSError as error:
            return type(error).__name__
        return "ok"

    await page.post("faults", method="chat.postMessage", error="ratelimited", retry_after=7)
    await page.post("faults", method="chat.postMessage", error="channel_not_found", times=2)
    await page.post("faults", method="chat.postMessage", error="server_error")
    await page.post("faults", method="chat.postMessage", delay=0.01)
    seen = [await post() for _ in range(6)]
    assert seen == [
        "429 ratelimited",
        "200 channel_not_found",
        "200 channel_not_found",
        "500 internal_error",
        "ok",
        "ok",
    ]


async def test_an_answer_can_get_lost_after_the_call_was_carried_out(page: Page, client: AsyncWebClient) -> None:
    await page.post("faults", method="chat.postMessage", error="answer_lost")
    with pytest.raises(Exception, match=r"payload|disconnected|Response"):
        await client.chat_postMessage(channel="C0DEPLOYS", text="said")
    assert await page.texts() == ["said"]


# Views


async def test_a_trigger_is_good_for_three_seconds_and_once(
    page: Page, client: AsyncWebClient, workspace: Workspace, clock: MovableClock
) -> None:
    old, used = workspace.permits.new_trigger("U0ADA"), workspace.permits.new_trigger("U0ADA")
    assert (await client.views_open(trigger_id=used, view=modal()))["view"]["state"] == {"values": {}}
    assert await error_of(client.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"
    await page.post("clock", seconds=3.1)
    assert await error_of(client.views_open(trigger_id=old, view=modal())) == "expired_trigger_id"
    assert await error_of(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"
    await page.post("clock", seconds=60)
    workspace.permits.new_trigger("U0ADA")
    assert await error_of(client.views_open(trigger_id=old, view=modal())) == "invalid_trigger_id"


async def test_refuses_a_modal_that_slack_would_refuse(client: AsyncWebClient, workspace: Workspace) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=workspace.permits.new_trigger("U0ADA"), view=modal(title=plain("x" * 25)))
    answer = caught.value.response
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    home = {"type": "home", "blocks": [section("x")]}
    trigger_id = workspace.permits.new_trigger("U0ADA")
    assert await error_of(client.views_open(trigger_id=trigger_id, view=home)) == "invalid_arguments"
    assert (await client.views_open(trigger_id=trigger_id, view=modal()))["ok"]


async def test_modals_stack_three_deep(client: AsyncWebClient, workspace: Workspace) -> None:
    view = (await client.views_open(trigger_id=workspace.permits.new_trigger("U0ADA"), view=modal()))["view"]
    for call in (client.views_push, client.views_open):
        trigger_id = workspace.permits.new_trigger("U0ADA", view["id"])
        view = (await call(trigger_id=trigger_id, view=modal()))["view"]
    trigger_id = workspace.permits.new_trigger("U0ADA", view["id"])
    assert await error_of(client.views_push(trigger_id=trigger_id, view=modal())) == "push_limit_reached"
    outside = workspace.permits.new_trigger("U0ADA")
    assert await error_of(client.views_push(trigger_id=outside, view=modal())) == "invalid_trigger_id"
    await client.views_open(trigger_id=workspace.permits.new_trigger("U0ADA"), view=modal())
    assert len(workspace.stack("U0ADA")) == 1


async def test_views_are_updated_by_id_or_by_the_apps_own_id_and_guarded_by_hash(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    opened = await client.views_open(trigger_id=workspace.permits.new_trigger("U0ADA"), view=modal(external_id="mine"))
    view = opened["view"]
    again = await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(external_id="mine"))
    assert again["view"]["hash"] != view["hash"]
    conflict = client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert await error_of(conflict) == "hash_conflict"
    assert (await client.views_update(external_id="mine", view=modal(external_id="mine")))["ok"]
    assert await error_of(client.views_update(view_id="V0NONE", view=modal())) == "not_found"
    trigger_id = workspace.permits.new_trigger("U0RAVI")
    twice = client.views_open(trigger_id=trigger_id, view=modal(external_id="mine"))
    assert await error_of(twice) == "duplicate_external_id"


async def test_the_home_tab_is_published_per_person(client: AsyncWebClient) -> None:
    home = {"type": "home", "blocks": [section("board"), actions(button("b"))]}
    first = (await client.views_publish(user_id="U0ADA", view=home))["view"]
    second = (await client.views_publish(user_id="U0ADA", view=home, hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    assert await error_of(client.views_publish(user_id="U0ADA", view=home, hash=first["hash"])) == "hash_conflict"
    assert await error_of(client.views_publish(user_id="U0NONE", view=home)) == "user_not_found"


# Who and what is there


async def test_addresses_need_a_scope_of_their_own(client: AsyncWebClient, clock: MovableClock) -> None:
    assert "email" in (await client.users_info(user="U0ADA"))["user"]["profile"]
    workspace = make_workspace(now=clock, bot=Bot(scopes=("users:read",)))
    async with playground(workspace) as page:
        assert "email" not in (await slack_client(page).users_info(user="U0ADA"))["user"]["profile"]
    workspace.close()


async def test_users_info_tells_standing(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.set_person(
        Person("U0OUT", "Out Sider", is_stranger=True, team_id="T0OTHER", is_restricted=True, handle="out")
    )
    workspace.set_person(Person("U0GONE", "Gone Away", deleted=True))
    workspace.set_person(Person("W0GRID", "Grid Mate", team_id="T0SECOND", enterprise_user={"id": "W0GRID"}))
    ada = (await client.users_info(user="U0ADA"))["user"]
    assert (ada["tz"], ada["tz_offset"], ada["real_name"], ada["is_bot"]) == (
        "Europe/Madrid",
        3600,
        "Ada Ibarra",
        False,
    )
    stranger = (await client.users_info(user="U0OUT"))["user"]
    assert (stranger["is_stranger"], stranger["is_restricted"], stranger["team_id"]) == (True, True, "T0OTHER")
    assert (await client.users_info(user="U0GONE"))["user"]["deleted"]
    assert (await client.users_info(user="W0GRID"))["user"]["enterprise_user"] == {"id": "W0GRID"}
    assert (await client.users_info(user="U0BOT"))["user"]["is_bot"]
    assert await error_of(client.users_info(user="U0NONE")) == "user_not_found"


async def test_lists_come_in_pages(client: AsyncWebClient) -> None:
    first = await client.users_list(limit=3)
    rest = await client.users_list(limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert [len(first["members"]), len(rest["members"])] == [3, 1]
    assert rest["response_metadata"]["next_cursor"] == ""
    assert await error_of(client.users_list(cursor="nonsense")) == "invalid_cursor"
    assert await error_of(client.users_list(limit=2_000)) == "invalid_limit"


async def test_conversations(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.set_channel(Channel("C0OLD", "old", is_archived=True))
    workspace.set_channel(Channel("G0TEAM", "team", is_private=True, members=("U0ADA", "U0LEFT")))
    listed = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    assert [one["name"] for one in listed["channels"]] == ["deploys", "prompts", "quiet", "team"]
    direct = await client.conversations_list(types="im")
    assert direct["channels"][0]["user"] == "U0ADA"
    assert len((await client.conversations_list())["channels"]) == 4
    assert await error_of(client.conversations_list(types="dreams")) == "invalid_types"
    quiet = (await client.conversations_info(channel="C0QUIET"))["channel"]
    assert (quiet["is_member"], quiet["is_private"]) == (False, False)
    assert await error_of(client.conversations_info(channel="G0LEADS")) == "channel_not_found"
    assert (await client.conversations_members(channel="G0TEAM"))["members"] == ["U0ADA", "U0BOT"]
    assert (await client.conversations_members(channel="C0QUIET"))["members"] == ["U0ADA", "U0RAVI", "U0MIRA"]


MORE_SCOPES = {
    "im:write": ("conversations.open", {"users": "U0ADA"}),
    "usergroups:read": ("usergroups.users.list", {"usergroup": "S0LEADS"}),
    "team:read": ("team.info", {}),
}
"""Scopes that the bot does not ask for, with a method that needs each."""


def granted_more() -> Bot:
    return Bot(scopes=(*Bot().scopes, *MORE_SCOPES))


@pytest.mark.parametrize("scope", MORE_SCOPES)
async def test_a_method_whose_scope_was_not_granted_is_refused(
    client: AsyncWebClient, workspace: Workspace, scope: str
) -> None:
    method, params = MORE_SCOPES[scope]
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, params=params)
    answer = refused.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert answer["provided"] == ",".join(Bot().scopes)
    workspace.bot = granted_more()
    assert (await client.api_call(method, params=params))["ok"]


async def test_conversations_open(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.bot = granted_more()
    workspace.set_person(Person("U0GONE", "Gone Away", deleted=True))
    assert (await client.conversations_open(users="U0ADA"))["channel"] == {"id": "D0ADA"}
    assert (await client.conversations_open(channel="D0ADA", return_im=True))["channel"]["user"] == "U0ADA"
    refusals = {
        "user_not_found": "U0NONE",
        "user_disabled": "U0GONE",
        "users_list_not_supplied": " ",
        "not_enough_users": "U0ADA,U0RAVI",
    }
    for error, users in refusals.items():
        assert await error_of(client.conversations_open(users=users)) == error


async def test_groups_bots_and_teams(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.bot = granted_more()
    assert (await client.usergroups_users_list(usergroup="S0LEADS"))["users"] == ["U0RAVI", "U0MIRA"]
    assert await error_of(client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"
    assert (await client.bots_info(bot="B0BOT"))["bot"]["user_id"] == "U0BOT"
    assert await error_of(client.bots_info(bot="B0OTHER")) == "bot_not_found"
    assert (await client.team_info())["team"]["domain"] == "acorn-labs"
    assert await error_of(client.team_info(team="T0OTHER")) == "team_not_found"


async def test_a_workspace_of_a_grid_says_so(clock: MovableClock) -> None:
    workspace = Workspace(
        Team("T0ACORN", "Acorn Labs", enterprise_id="E0ACORN", enterprise_name="Acorn"),
        (),
        (),
        now=clock,
        bot=granted_more(),
    )
    async with playground(workspace) as page:
        client = slack_client(page)
        assert (await client.auth_test())["enterprise_id"] == "E0ACORN"
        assert (await client.team_info())["team"]["enterprise_name"] == "Acorn"
    workspace.close()
