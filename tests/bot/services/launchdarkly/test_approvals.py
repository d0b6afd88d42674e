"""Approval requests: who may do what when, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.services.launchdarkly import PROJECT, ApprovalSettings, ExternalActor, World
from bot.services.launchdarkly.demo_configs import ADA, MIRA, RAVI
from bot.services.launchdarkly.records import Member
from tests.bot.services.launchdarkly.conftest import Api, StandingClock, live, moved

PATH = "/approval-requests"
RESOURCE = f"proj/{PROJECT}:env/production:aiconfig/support-assistant"


async def review(api: Api, request: Any, kind: str = "approve", status: int = 200, comment: str = "ok") -> Any:
    return await api.post(f"{PATH}/{request['_id']}/reviews", {"kind": kind, "comment": comment}, status)


async def apply(api: Api, request: Any, status: int = 200, **body: Any) -> Any:
    return await api.post(f"{PATH}/{request['_id']}/apply", body, status)


async def test_a_request_is_asked_reviewed_and_applied(api: Api, reviewer: Api, clock: StandingClock) -> None:
    request = await api.ask(notifyMemberIds=[RAVI], notifyTeamKeys=["growth"], comment="asked by @ana")
    assert (request["reviewStatus"], request["status"]) == ("pending", "pending")
    assert (request["requestorId"], request["resourceId"]) == (ADA, RESOURCE)
    assert (request["notifyMemberIds"], request["notifyTeamKeys"]) == ([RAVI], ["growth"])
    assert (request["conflicts"], request["allReviews"], request["serviceKind"]) == ([], [], "launchdarkly")
    assert request["approvalSettings"]["minNumApprovals"] == 1
    await apply(api, request, 403)
    approved = await review(reviewer, request)
    assert (approved["reviewStatus"], approved["status"]) == ("approved", "pending")
    assert approved["allReviews"][0]["memberId"] == RAVI
    assert live(await api.targeting(), "production") == "warm-v1"
    clock.move(minutes=1)
    applied = await apply(api, request, comment="deployed by configbot")
    assert (applied["status"], applied["appliedByMemberId"]) == ("completed", ADA)
    assert applied["appliedDate"] == int(clock().timestamp() * 1_000)
    assert live(await api.targeting(), "production") == "warm-v2"
    log = await api.get("/auditlog", spec=RESOURCE)
    assert (log["items"][0]["comment"], log["items"][0]["accesses"][0]["action"]) == (
        "deployed by configbot",
        "updateAIConfigTargeting",
    )
    assert await api.get(f"{PATH}/{request['_id']}") == applied
    await apply(api, request, 409)
    await review(reviewer, request, status=409)


async def test_nobody_approves_a_request_of_their_own(api: Api, reviewer: Api, somebody_else: ExternalActor) -> None:
    request = await api.ask()
    for kind in ("approve", "decline"):
        refused = await review(api, request, kind, 405)
        assert refused["code"] == "method_not_allowed"
    commented = await review(api, request, "comment")
    assert (commented["reviewStatus"], len(commented["allReviews"])) == ("pending", 1)
    somebody_else.gate("production", ApprovalSettings(required=True, may_review_own=True))
    request = await api.ask()
    assert (await review(api, request))["reviewStatus"] == "approved"


async def test_a_decline_stands_until_it_is_taken_back(api: Api, reviewer: Api) -> None:
    request = await api.ask()
    assert (await review(reviewer, request))["reviewStatus"] == "approved"
    declined = await review(reviewer, request, "decline", comment="too early")
    assert (declined["reviewStatus"], declined["status"]) == ("declined", "pending")
    await apply(api, request, 403)
    assert (await review(reviewer, request))["reviewStatus"] == "approved"
    assert (await apply(api, request))["status"] == "completed"


async def test_several_approvals_may_be_needed_of_different_members(
    api: Api, reviewer: Api, world: World, somebody_else: ExternalActor
) -> None:
    somebody_else.gate("production", ApprovalSettings(required=True, approvals=2, may_review_own=True))
    request = await api.ask()
    assert (await review(reviewer, request))["reviewStatus"] == "pending"
    assert (await review(reviewer, request))["reviewStatus"] == "pending"
    assert (await review(api, request))["reviewStatus"] == "approved"


async def test_a_declined_request_may_be_applied_where_the_settings_say_so(
    api: Api, reviewer: Api, somebody_else: ExternalActor
) -> None:
    settings = ApprovalSettings(required=True, may_apply_declined=True, may_review_own=True)
    somebody_else.gate("production", settings)
    request = await api.ask()
    await review(reviewer, request, "decline")
    await apply(api, request, 403)
    assert (await review(api, request))["reviewStatus"] == "declined"
    assert (await apply(api, request))["status"] == "completed"


async def test_a_change_since_makes_a_request_fail(api: Api, reviewer: Api, somebody_else: ExternalActor) -> None:
    request = await api.ask()
    await review(reviewer, request)
    somebody_else.serve("support-assistant", "production", "terse")
    conflicts = (await api.get(f"{PATH}/{request['_id']}"))["conflicts"]
    assert conflicts[0]["instruction"]["kind"] == "updateFallthroughVariationOrRollout"
    failed = await apply(api, request)
    assert (failed["status"], failed["reviewStatus"]) == ("failed", "approved")
    assert failed["conflicts"] == conflicts
    assert live(await api.targeting(), "production") == "terse"
    await apply(api, request, 409)


async def test_a_change_of_something_else_is_no_conflict(api: Api, reviewer: Api, somebody_else: ExternalActor) -> None:
    request = await api.ask()
    await review(reviewer, request)
    somebody_else.patch("support-assistant", "production", {"kind": "updateTrackEvents", "trackEvents": True})
    assert (await apply(api, request))["status"] == "completed"


async def test_what_cannot_be_served_any_more_is_a_conflict(api: Api, somebody_else: ExternalActor) -> None:
    request = await api.ask()
    somebody_else.archive("support-assistant", "warm-v2")
    found = await api.get(f"{PATH}/{request['_id']}")
    assert "archived" in found["conflicts"][0]["reason"]
    somebody_else.delete_config("support-assistant")
    found = await api.get(f"{PATH}/{request['_id']}", expand="resource")
    assert "gone" in found["conflicts"][0]["reason"]
    assert "resource" not in found


async def test_applying_what_is_so_already_completes(api: Api, reviewer: Api) -> None:
    before = await api.targeting()
    request = await api.ask(moved((await api.ids())["warm-v1"]))
    await review(reviewer, request)
    response = await api.call("POST", f"{PATH}/{request['_id']}/apply")
    assert response["status"] == "completed"
    assert await api.targeting() == before


async def test_requests_work_in_environments_that_ask_for_none(api: Api, reviewer: Api) -> None:
    request = await api.ask(moved((await api.ids())["terse"]), resourceId=RESOURCE.replace("production", "staging"))
    await review(reviewer, request)
    await apply(api, request)
    assert live(await api.targeting(), "staging") == "terse"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"resourceId": "support-assistant"}, 400),
        ({"resourceId": RESOURCE.replace("production", "moon")}, 404),
        ({"resourceId": RESOURCE.replace("support-assistant", "nobody")}, 404),
        ({"resourceId": RESOURCE.replace(PROJECT, "nowhere")}, 404),
        ({"description": ""}, 400),
        ({"description": None}, 400),
        ({"instructions": []}, 400),
        ({"instructions": ["move"]}, 400),
        ({"instructions": [{"kind": "turnTargetingOn"}]}, 400),
        ({"instructions": [moved("nobody")]}, 400),
        ({"notifyMemberIds": ["nobody"]}, 400),
        ({"notifyTeamKeys": ["nobody"]}, 400),
        ({"notifyMemberIds": RAVI}, 400),
    ],
)
async def test_what_cannot_be_asked_is_refused(api: Api, more: dict[str, Any], status: int) -> None:
    body = {"resourceId": RESOURCE, "description": "x", "instructions": [moved((await api.ids())["warm-v2"])]}
    await api.post(PATH, body | more, status)


async def test_requests_are_found_by_filters_newest_first(api: Api, reviewer: Api) -> None:
    first = await api.ask(notifyMemberIds=[RAVI, MIRA])
    second = await reviewer.ask()
    await review(reviewer, first, "decline")

    async def found(filter_: str) -> list[str]:
        page = await api.get(PATH, filter=filter_, limit=200)
        return [each["_id"] for each in page["items"] if each["_id"] in (first["_id"], second["_id"])]

    both = [second["_id"], first["_id"]]
    assert await found(f"resourceId equals {RESOURCE}") == both
    assert await found('status anyOf ["pending"]') == both
    assert await found(f'resourceKind equals aiConfig,projectKey equals {PROJECT},status anyOf ["pending"]') == both
    assert await found("resourceKind equals flag") == []
    assert await found(f"requestorId equals {ADA}") == [first["_id"]]
    assert await found(f'notifyMemberIds anyOf ["{MIRA}","{ADA}"]') == [first["_id"]]
    assert await found('reviewStatus anyOf ["declined", "approved"]') == [first["_id"]]
    assert await found('status notEquals "pending"') == []
    for bad in ("mood equals good", "status", 'status anyOf ["pending"', "status anyOf [pending]", "status is pending"):
        await api.get(PATH, 400, filter=bad)
    await api.get(PATH, 400, limit=201)
    page = await api.get(PATH, limit=1)
    assert page["totalCount"] > 2
    assert set(page["_links"]) == {"self", "next", "last"}


async def test_requests_show_more_when_asked(api: Api, world: World) -> None:
    request = await api.ask()
    found = await api.get(f"{PATH}/{request['_id']}", expand="environments,project,resource,flag")
    assert found["project"]["key"] == PROJECT
    assert found["environments"][0]["key"] == "production"
    assert found["resource"]["aiConfig"]["key"] == "support-assistant"
    await api.get(f"{PATH}/{request['_id']}", 400, expand="everything")
    page = await api.get(PATH, expand="project")
    assert page["items"][0]["project"]["key"] == PROJECT


async def test_requests_are_described_anew_and_more_people_are_asked(api: Api) -> None:
    request = await api.ask()
    more = {"kind": "addReviewers", "notifyMemberIds": [RAVI], "notifyTeamKeys": ["growth"]}
    changed = await api.patch(
        f"{PATH}/{request['_id']}", {"instructions": [more, {"kind": "updateDescription", "value": "Shorter"}]}
    )
    assert (changed["description"], changed["notifyMemberIds"], changed["notifyTeamKeys"]) == (
        "Shorter",
        [RAVI],
        ["growth"],
    )
    assert changed["_version"] == request["_version"] + 1
    for bad in (
        {"kind": "addReviewers"},
        {"kind": "addReviewers", "notifyMemberIds": ["nobody"]},
        {"kind": "updateDescription", "value": "x" * 5_001},
        {"kind": "removeReviewers"},
    ):
        await api.patch(f"{PATH}/{request['_id']}", {"instructions": [bad]}, 400)


async def test_at_most_ten_people_are_asked(api: Api, world: World) -> None:
    people = [f"5f00000000000000000000{number}" for number in range(10, 21)]
    for identifier in people:
        world.save(Member(id=identifier, email=f"{identifier}@acorn.example", created_at=0))
    assert (await api.ask(notifyMemberIds=people[:10]))["notifyMemberIds"] == people[:10]
    await api.ask(notifyMemberIds=people, status=400)


async def test_requests_are_taken_back(api: Api) -> None:
    request = await api.ask()
    await api.delete(f"{PATH}/{request['_id']}")
    await api.get(f"{PATH}/{request['_id']}", 404)
    await api.delete(f"{PATH}/{request['_id']}", 404)
    await apply(api, request, 404)


async def test_reviews_have_a_kind(api: Api, reviewer: Api) -> None:
    request = await api.ask()
    for body in ({}, {"kind": "maybe"}, {"kind": None}):
        await reviewer.post(f"{PATH}/{request['_id']}/reviews", body, 400)
    await reviewer.call("POST", f"{PATH}/{request['_id']}/reviews", 400)
