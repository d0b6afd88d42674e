"""Approvals at LaunchDarkly: asked for once, followed, applied, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clients.base import NotDone
from bot.domain.errors import Fault
from bot.domain.names import Config, Environment, Project
from bot.domain.provider_approvals import GateState, Review
from tests.bot.clients.launchdarkly.wiremock import APPROVALS, TARGETING, Service, client_of, service
from tests.contracts import launchdarkly as ld

SUPPORT = Project("shop", "support-reply", "Support reply")
PRODUCTION = Environment("shop", "production", "Production", is_critical=True)
WARM = Config("shop", SUPPORT.id, "warm", "Warm tone", "2")
ONE = f"{APPROVALS}/{ld.APPROVAL['_id']}"
LINK = "https://ld.test/projects/shop/ai-configs/support-reply/targeting?env=production"


def review(kind: str, comment: str = "", at: int = 1) -> dict[str, Any]:
    member = "65a0000000000000000000bb"
    return {"_id": str(at), "kind": kind, "creationDate": at, "comment": comment, "memberId": member}


def standing(**changes: Any) -> Service:
    there = service()
    there.always(f"GET {ONE}", ld.APPROVAL | changes)
    return there


async def test_asks_for_an_approval_of_the_very_instructions() -> None:
    there = service()
    there.always(f"POST {APPROVALS}", ld.APPROVAL, 201)
    asked = await client_of(there).ask_approval(SUPPORT, PRODUCTION, WARM, description="deploy warm, ch-7")
    assert (asked.id, asked.state, asked.link) == (ld.APPROVAL["_id"], GateState.PENDING, LINK)
    assert there.sent("POST") == [
        {
            "resourceId": "proj/shop:env/production:aiconfig/support-reply",
            "description": "deploy warm, ch-7",
            "instructions": [{"kind": "updateFallthroughVariationOrRollout", "variationId": ld.WARM}],
        }
    ]


async def test_one_that_waits_for_the_same_is_answered_instead_of_asking_again() -> None:
    there = service()
    other = ld.APPROVAL | {"_id": "other", "instructions": []}
    elsewhere = ld.APPROVAL | {"_id": "elsewhere", "resourceId": "proj/shop:env/test:aiconfig/support-reply"}
    there.always(f"GET {APPROVALS}", {"items": [other, elsewhere, ld.APPROVAL], "totalCount": 3})
    asked = await client_of(there).ask_approval(SUPPORT, PRODUCTION, WARM, description="deploy warm, ch-7")
    assert asked.id == ld.APPROVAL["_id"]
    assert there.sent("POST") == []
    resource = ld.APPROVAL["resourceId"]
    assert there.requests[-1].url.params["filter"] == f'resourceId equals {resource},status anyOf ["pending"]'


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, GateState.PENDING),
        ({"reviewStatus": "approved"}, GateState.APPROVED),
        ({"reviewStatus": "declined"}, GateState.DECLINED),
        ({"reviewStatus": "approved", "status": "completed"}, GateState.APPLIED),
        ({"reviewStatus": "approved", "status": "failed"}, GateState.FAILED),
        ({"reviewStatus": "on holiday", "status": "who knows"}, GateState.PENDING),
    ],
)
async def test_says_where_a_request_stands(changes: dict[str, Any], state: GateState) -> None:
    assert (await client_of(standing(**changes)).approval(ld.APPROVAL["_id"])).state is state


async def test_a_request_that_was_deleted_is_gone() -> None:
    assert (await client_of(service()).approval("66b0")).state is GateState.GONE


async def test_says_who_reviewed_and_what_they_wrote_in_their_order() -> None:
    said = [review("decline", "not on a Friday", 3), review("comment", "hm", 2), review("approve", "fine", 1)]
    there = standing(reviewStatus="declined", allReviews=said)
    client = client_of(there)
    found = await client.approval(ld.APPROVAL["_id"])
    assert found.reviewers == (
        Review("ravi@shop.example", approves=True, comment="fine"),
        Review("ravi@shop.example", approves=False, comment="not on a Friday"),
    )
    assert found.comment == "not on a Friday"
    await client.approval(ld.APPROVAL["_id"])
    assert there.asked().count("GET /api/v2/members") == 1


async def test_reviewers_that_may_not_be_read_are_called_by_their_id() -> None:
    there = standing(allReviews=[review("approve"), {"kind": "approve", "serviceTokenId": "token-1"}])
    there.always("GET /api/v2/members", {"code": "forbidden", "message": "no"}, 403)
    found = await client_of(there).approval(ld.APPROVAL["_id"])
    assert {each.by for each in found.reviewers} == {"65a0000000000000000000bb", "token-1"}


@pytest.mark.parametrize(
    ("conflict", "told"),
    [({"reason": "it moved"}, "it moved"), ("it moved", "it moved"), ({"kind": "other"}, '{"kind": "other"}')],
)
async def test_conflicts_are_told_in_the_words_of_the_service(conflict: Any, told: str) -> None:
    found = await client_of(standing(status="failed", conflicts=[conflict])).approval(ld.APPROVAL["_id"])
    assert found.conflicts == (told,)


PAUSES = "bot.clients.launchdarkly.client.LAG_PAUSES"


def live(**fallthrough: Any) -> dict[str, Any]:
    return ld.TARGETING | {"environments": {"production": ld.aimed("Production", fallthrough)}}


@pytest.mark.parametrize(
    ("wanted", "fallthrough"),
    [
        ({"variationId": ld.WARM}, {"variation": 1}),
        ({"rolloutWeights": {ld.WARM: 90_000, ld.TERSE: 10_000}}, {"rollout": ld.ROLLOUT}),
    ],
    ids=["one", "weights"],
)
async def test_waits_until_reads_show_what_was_applied(
    wanted: dict[str, Any], fallthrough: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PAUSES, (0.0,) * 9)
    there = service()
    there.always(f"POST {ONE}/apply", ld.APPROVAL | {"status": "completed", "instructions": [wanted]})
    there.once(f"GET {TARGETING}", ld.TARGETING | {"environments": {}})
    there.once(f"GET {TARGETING}", live(variation=2))
    there.always(f"GET {TARGETING}", live(**fallthrough))
    await client_of(there).apply_approval(ld.APPROVAL["_id"])
    assert there.asked().count(f"GET {TARGETING}") == 3


@pytest.mark.parametrize(
    "fallthrough",
    [
        {"variation": 9},
        {"variation": -1},
        {},
        {"rollout": ld.ROLLOUT | {"variations": [{"variation": 9, "weight": 100_000}]}},
    ],
    ids=["beyond", "negative", "nothing", "weights beyond"],
)
async def test_a_read_that_points_at_what_is_not_there_does_not_show_what_was_applied(
    fallthrough: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PAUSES, (0.0,) * 9)
    there = service()
    entries = [{"variationId": each["_id"]} for each in ld.TARGETING["variations"]]
    there.always(f"POST {ONE}/apply", ld.APPROVAL | {"status": "completed", "instructions": entries})
    there.once(f"GET {TARGETING}", live(**fallthrough))
    there.always(f"GET {TARGETING}", live(variation=1))
    assert (await client_of(there).apply_approval(ld.APPROVAL["_id"])).state is GateState.APPLIED
    assert there.asked().count(f"GET {TARGETING}") == 2


async def test_reads_that_never_show_it_are_waited_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PAUSES, (0.0,) * 2)
    there = service()
    there.always(f"POST {ONE}/apply", ld.APPROVAL | {"status": "completed"})
    there.always(f"GET {TARGETING}", live(variation=2))
    assert (await client_of(there).apply_approval(ld.APPROVAL["_id"])).state is GateState.APPLIED
    assert there.asked().count(f"GET {TARGETING}") == 2


async def test_applies_what_was_approved() -> None:
    there = service()
    there.always(f"GET {TARGETING}", {"code": "forbidden", "message": "no"}, 403)
    there.always(f"POST {ONE}/apply", ld.APPROVAL | {"status": "completed"})
    applied = await client_of(there).apply_approval(ld.APPROVAL["_id"], comment="ch-7")
    assert applied.state is GateState.APPLIED
    assert there.sent("POST") == [{"comment": "ch-7"}]


@pytest.mark.parametrize("status", [400, 403, 405, 409])
async def test_a_request_that_cannot_be_applied_now_says_how_it_stands(status: int) -> None:
    there = standing(reviewStatus="declined")
    there.always(f"POST {ONE}/apply", {"code": "no", "message": "not approved"}, status)
    assert (await client_of(there).apply_approval(ld.APPROVAL["_id"])).state is GateState.DECLINED


async def test_a_request_that_is_gone_when_it_is_applied_is_gone() -> None:
    assert (await client_of(service()).apply_approval("66b0")).state is GateState.GONE


@pytest.mark.parametrize(("status", "fault"), [(401, Fault.UNAUTHORIZED), (503, Fault.UNAVAILABLE)])
async def test_what_says_nothing_about_the_request_stays_a_fault(status: int, fault: Fault) -> None:
    there = standing()
    there.always(f"POST {ONE}/apply", {"code": "no", "message": "no"}, status)
    with pytest.raises(NotDone) as caught:
        await client_of(there).apply_approval(ld.APPROVAL["_id"])
    assert caught.value.problem.fault is fault


async def test_takes_a_request_back_also_when_it_is_gone_already() -> None:
    there = service()
    there.always(f"DELETE {ONE}", None, 204)
    client = client_of(there)
    await client.drop_approval(ld.APPROVAL["_id"])
    await client.drop_approval("66b0")
    assert there.asked() == [f"DELETE {ONE}", f"DELETE {APPROVALS}/66b0"]


async def test_a_request_that_may_not_be_deleted_stays_and_says_so() -> None:
    there = service()
    there.always(f"DELETE {ONE}", {"code": "forbidden", "message": "no"}, 403)
    with pytest.raises(NotDone):
        await client_of(there).drop_approval(ld.APPROVAL["_id"])


async def test_a_request_that_may_not_be_read_is_not_taken_for_gone() -> None:
    there = service()
    there.always(f"GET {ONE}", {"code": "forbidden", "message": "no"}, 403)
    with pytest.raises(NotDone):
        await client_of(there).approval(ld.APPROVAL["_id"])
