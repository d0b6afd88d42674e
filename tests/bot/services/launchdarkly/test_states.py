"""Whatever people do in whatever order: what an approval request may become, and that no call breaks the service."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.services.launchdarkly import PROJECT, ApprovalSettings, ExternalActor, demo_world
from bot.services.launchdarkly.approvals import Asking, Reviewing, carried_out, create_request, reviewed
from bot.services.launchdarkly.demo_configs import ADA, RAVI
from bot.services.launchdarkly.errors import Refusal
from bot.services.launchdarkly.records import Approval, Place
from tests.bot.services.launchdarkly.conftest import CONFIGS, REVIEWER, START, TOKEN, client, moved

SUPPORT = "support-assistant"
variations = st.sampled_from(["warm-v1", "warm-v2", "terse", ""])


class Requests(RuleBasedStateMachine):
    """One request, two members, and somebody else who works in the browser."""

    def __init__(self) -> None:
        super().__init__()
        self.world = demo_world(TOKEN, REVIEWER, now=lambda: START)
        self.somebody = ExternalActor(self.world, PROJECT)
        self.request: Approval | None = None
        self.wanted = ""
        self.before: Place = self.place

    @property
    def place(self) -> Place:
        return self.world.config(PROJECT, SUPPORT).places["production"]

    @property
    def known(self) -> Approval:
        assert self.request is not None
        found = self.world.find(Approval, self.request.id)
        assert found is not None
        return found

    @precondition(lambda self: self.request is None)
    @rule(
        variation=variations,
        approvals=st.integers(1, 2),
        own=st.booleans(),
        declined=st.booleans(),
    )
    def ask(self, variation: str, approvals: int, own: bool, declined: bool) -> None:
        gate = ApprovalSettings(required=True, approvals=approvals, may_review_own=own, may_apply_declined=declined)
        self.somebody.gate("production", gate)
        self.wanted = self.world.config(PROJECT, SUPPORT).entry(variation).id
        body = Asking.model_validate(
            {
                "resourceId": f"proj/{PROJECT}:env/production:aiconfig/{SUPPORT}",
                "description": "x",
                "instructions": [moved(self.wanted)],
            }
        )
        self.request = create_request(self.world, self.world.tokens[TOKEN], body)
        self.before = self.place

    @precondition(lambda self: self.request is not None)
    @rule(token=st.sampled_from([TOKEN, REVIEWER]), kind=st.sampled_from(["approve", "decline", "comment"]))
    def review(self, token: str, kind: Any) -> None:
        old = self.known
        actor = self.world.tokens[token].actor
        try:
            new = reviewed(self.world, actor, old, Reviewing(kind=kind))
        except Refusal as refusal:
            own = actor.member == ADA and kind != "comment" and not old.settings.may_review_own
            expected = 409 if old.status != "pending" else 405 if own else None
            if refusal.status != expected:
                raise
            return
        assert old.status == "pending" == new.status
        assert len(new.reviews) == len(old.reviews) + 1

    @precondition(lambda self: self.request is not None)
    @rule(token=st.sampled_from([TOKEN, REVIEWER]))
    def apply(self, token: str) -> None:
        old, place = self.known, self.place
        try:
            new = carried_out(self.world, self.world.tokens[token].actor, old, None)
        except Refusal as refusal:
            expected = 409 if old.status != "pending" else None if old.may_be_applied else 403
            if refusal.status != expected:
                raise
            return
        assert old.status == "pending"
        assert old.may_be_applied
        assert any(review.kind == "approve" for review in old.reviews)
        if new.status == "completed":
            assert self.place.fallthrough.entry == self.wanted
            assert not new.conflicts
        else:
            assert new.status == "failed"
            assert bool(new.conflicts)
            assert self.place == place != self.before

    @rule(variation=variations)
    def serve_behind_the_back(self, variation: str) -> None:
        self.somebody.serve(SUPPORT, "production", variation)

    @invariant()
    def nobody_decides_alone(self) -> None:
        if self.request is None:
            return
        found = self.known
        if found.status == "completed" and not found.settings.may_review_own:
            approvers = {review.member for review in found.reviews if review.kind == "approve"}
            assert found.settings.may_apply_declined or (approvers == {RAVI} and found.settings.approvals == 1)


Requests.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestRequests = Requests.TestCase


# No call breaks the service

words = st.sampled_from(["", "terse", "warm-v1", "staging", "production", "nobody", ADA, "support-ai", "\u0000", "é"])
scalars = st.none() | st.booleans() | st.integers(-1, 100_001) | st.floats(allow_nan=False) | words
names = st.sampled_from(
    [
        "key", "name", "description", "tags", "maintainerId", "environmentKey", "instructions", "comment", "kind",
        "variationId", "rolloutWeights", "messages", "model", "modelName", "role", "content", "tools", "state",
        "resourceId", "notifyMemberIds", "defaultVariation", "judgeConfiguration", "resources", "required",
        "resourceKind", "modelConfigKey", "values", "clauses", "ruleId",
    ]
)  # fmt: skip
bodies = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=4),
    max_leaves=10,
)
WRITES = [
    ("POST", CONFIGS),
    ("PATCH", f"{CONFIGS}/{SUPPORT}"),
    ("POST", f"{CONFIGS}/{SUPPORT}/variations"),
    ("PATCH", f"{CONFIGS}/{SUPPORT}/variations/terse"),
    ("PATCH", f"{CONFIGS}/{SUPPORT}/targeting"),
    ("POST", "/approval-requests"),
    ("PATCH", f"/approval-requests/projects/{PROJECT}/settings"),
    ("POST", "/auditlog"),
]
WORLD = demo_world(TOKEN, REVIEWER, now=lambda: START)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WRITES), bodies), min_size=1, max_size=4))
def test_no_body_breaks_the_service(calls: list[tuple[tuple[str, str], Any]]) -> None:
    async def run() -> None:
        async with client(WORLD, TOKEN) as http:
            for (method, path), body in calls:
                headers = {"LD-API-Version": "beta", "Content-Type": "application/json"}
                content = json.dumps(body).encode()
                response = await http.request(method, f"/api/v2{path}", content=content, headers=headers)
                assert response.status_code < 500, (method, path, body, response.text)
            for path in (CONFIGS, f"{CONFIGS}/{SUPPORT}/targeting", "/approval-requests", "/auditlog"):
                assert (await http.get(f"/api/v2{path}")).status_code == 200

    asyncio.run(run())


filters = st.text(max_size=12) | st.sampled_from(["query:", "id:a|b", "mode equals", 'mode anyOf ["a"', "tags:+", ","])
READS = ["/members", "/teams", "/projects", f"/projects/{PROJECT}/environments", CONFIGS, "/approval-requests"]


@settings(deadline=None)
@given(
    st.sampled_from(READS), st.dictionaries(st.sampled_from(["filter", "sort", "limit", "offset", "expand"]), filters)
)
def test_no_query_breaks_the_service(path: str, query: dict[str, str]) -> None:
    async def run() -> None:
        async with client(WORLD, TOKEN) as http:
            assert (await http.get(f"/api/v2{path}", params=query)).status_code in (200, 400)

    asyncio.run(run())


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["/", "%2F", "%00", "%", "%ff", "..", "api", "v2", "projects", "default", "é", "ai-configs"])
    )
)
def test_no_path_breaks_the_service(parts: list[str]) -> None:
    async def run() -> None:
        async with client(WORLD, TOKEN) as http:
            response = await http.get("/api/v2/" + "/".join(parts))
            assert response.status_code in (200, 404)

    asyncio.run(run())
