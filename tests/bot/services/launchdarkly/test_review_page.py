"""The page where a request is reviewed: what it shows, what it takes, and that nothing in it does harm."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from bot.services.launchdarkly import GATED, PROJECT, REVIEWER, World, create_app, pages
from bot.services.launchdarkly.approvals import Asking, create_request
from bot.services.launchdarkly.records import Approval

PAGE = f"/projects/{PROJECT}/ai-configs/support-assistant/targeting"


async def test_the_service_alone_has_the_page_for_browsers_on_this_machine(world: World) -> None:
    approval = request(world)
    transport = httpx.ASGITransport(app=create_app(world, signed_in=REVIEWER))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1") as client:
        assert "deploy warm-v2" in (await client.get(PAGE)).text
        foreign = {"Origin": "http://elsewhere.example"}
        assert (await client.post(review(approval), data={"kind": "approve"}, headers=foreign)).status_code == 403
        assert (await client.post(review(approval), data={"kind": "approve"})).status_code == 303
        assert (await client.get("/api/v2/projects")).status_code == 401
    found = world.find(Approval, approval.id)
    assert found is not None
    assert found.review_status == "approved"


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=pages(world, REVIEWER))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:1") as client:
        yield client


def request(world: World, description: str = "deploy warm-v2", **step: object) -> Approval:
    config = world.config(PROJECT, "support-assistant")
    ids = {entry.key: entry.id for entry in config.entries}
    kind = {"kind": "updateFallthroughVariationOrRollout"}
    body = {
        "resourceId": f"proj/{PROJECT}:env/{GATED}:aiconfig/support-assistant",
        "description": description,
        "instructions": [kind | (step or {"variationId": ids["warm-v2"]})],
    }
    return create_request(world, next(iter(world.tokens.values())), Asking.model_validate(body))


def review(approval: Approval) -> str:
    return f"/projects/{PROJECT}/approvals/{approval.id}/reviews"


async def test_shows_what_is_asked_for_and_takes_a_yes(world: World, browser: httpx.AsyncClient) -> None:
    approval = request(world)

    shown = await browser.get(PAGE, params={"env": GATED})
    assert "<h2>deploy warm-v2</h2>" in shown.text
    assert "Default rule: <b>Warm, shorter</b>" in shown.text
    assert "You review as <b>Ravi Menon</b>" in shown.text
    assert "script" not in shown.headers["content-security-policy"]

    sent = await browser.post(review(approval), data={"kind": "approve", "comment": "Read <it>, fine."})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}?env={GATED}")
    kept = world.find(Approval, approval.id)
    assert kept is not None
    assert (kept.review_status, kept.reviews[-1].member) == ("approved", REVIEWER)

    again = await browser.get(sent.headers["location"])
    assert "Ravi Menon approved: “Read &lt;it&gt;, fine.”" in again.text
    assert f'action="{review(approval)}"' not in again.text, "what is decided takes no second word"


async def test_takes_a_no(world: World, browser: httpx.AsyncClient) -> None:
    approval = request(world)
    await browser.post(review(approval), data={"kind": "decline"})
    kept = world.find(Approval, approval.id)
    assert kept is not None
    assert kept.review_status == "declined"
    assert "<p>Ravi Menon declined</p>" in (await browser.get(PAGE)).text


async def test_what_people_wrote_is_inert(world: World, browser: httpx.AsyncClient) -> None:
    request(world, "<script>alert(1)</script>")
    shown = (await browser.get(PAGE)).text
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


async def test_a_split_shows_its_shares(world: World, browser: httpx.AsyncClient) -> None:
    ids = {entry.key: entry.id for entry in world.config(PROJECT, "support-assistant").entries}
    request(world, rolloutWeights={ids["terse"]: 25_000, ids["warm-v2"]: 75_000})
    assert "Default rule: Terse 25 %, Warm, shorter 75 %." in (await browser.get(PAGE)).text


async def test_an_environment_without_requests_says_so(browser: httpx.AsyncClient) -> None:
    assert "Nobody has asked for anything." in (await browser.get(PAGE, params={"env": "staging"})).text


async def test_what_is_not_there_is_not_shown(world: World, browser: httpx.AsyncClient) -> None:
    assert (await browser.get(PAGE.replace("support-assistant", "none"))).status_code == 404
    approval = request(world)
    assert (await browser.post(review(approval), data={"kind": "comment"})).status_code == 404
    assert (
        await browser.post(f"/projects/{PROJECT}/approvals/none/reviews", data={"kind": "approve"})
    ).status_code == 404
    assert (
        await browser.post(f"/projects/x/approvals/{approval.id}/reviews", data={"kind": "approve"})
    ).status_code == 404


async def test_a_word_that_comes_too_late_is_answered(world: World, browser: httpx.AsyncClient) -> None:
    approval = request(world)
    world.save(approval.model_copy(update={"status": "completed"}))
    late = await browser.post(review(approval), data={"kind": "approve"})
    assert late.status_code == 409
    assert "The approval request is completed already." in late.text
