"""Whole conversations: the real Bolt app over real Socket Mode."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from tests.bot.playground.slack import Page, actions, button, section


async def test_a_command_is_acknowledged_with_an_ephemeral_text_that_only_its_reader_sees(page: Page, app: AsyncApp):
    seen: dict[str, Any] = {}

    @app.command("/deploy")
    async def deploy(ack, command):
        seen.update(command)
        await ack("on it")

    assert await page.say("/deploy config_x to production & #deploys <b> @Ada Ibarra https://a.example/x") == {
        "ok": True
    }
    assert (await page.last())["ephemeral"]
    assert await page.texts() == ["on it"]
    assert await page.as_("U0RAVI").texts() == []
    assert seen["text"] == (
        "config_x to production &amp; <#C0DEPLOYS|deploys> &lt;b&gt; <@U0ADA|ada> <https://a.example/x>"
    )
    assert seen["channel_name"] == "deploys"
    assert all(isinstance(value, str) for value in seen.values())


async def test_a_click_on_a_card_edits_it(page: Page, app: AsyncApp):
    @app.command("/deploy")
    async def deploy(ack, client, body):
        await ack()
        await client.chat_postMessage(
            channel=body["channel_id"], text="card", blocks=[section("card"), actions(button("change.approve"))]
        )

    @app.action("change.approve")
    async def approve(ack, client, body):
        await ack()
        who = body["user"]["id"]
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=f"approved by {who}, {body['actions'][0]['value']}",
            blocks=[section("approved")],
        )

    await page.say("/deploy config_x to production")
    card = (await page.until(bool, page.messages))[0]
    assert await page.as_("U0RAVI").click(card, "change.approve") == {"ok": True}
    await page.until(lambda texts: texts == ["approved by U0RAVI, 1:x"], page.texts)
