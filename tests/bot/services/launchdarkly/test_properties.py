"""Whatever is sent: instructions are carried out together or not at all, and no body breaks the service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.launchdarkly import PROJECT, demo_world
from bot.services.launchdarkly.bodies import checked, document, parsed
from bot.services.launchdarkly.configs import ConfigPatch
from bot.services.launchdarkly.errors import Refusal
from bot.services.launchdarkly.instructions import Instructions, applied
from bot.services.launchdarkly.records import WHOLE, Config
from bot.services.launchdarkly.targeting import document as shown
from tests.bot.services.launchdarkly.conftest import REVIEWER, START, TOKEN

WORLD = demo_world(TOKEN, REVIEWER, now=lambda: START)
ENTRIES = [entry.id for entry in WORLD.config(PROJECT, "support-assistant").entries]

entries = st.sampled_from([*ENTRIES, "nobody"])
weights = st.dictionaries(st.sampled_from(ENTRIES), st.sampled_from([0, 25_000, 50_000, WHOLE]), max_size=3)
values = st.lists(st.sampled_from(["ana", "bo", "cy"]), max_size=3)
kinds = st.sampled_from(["user", "device"])


def kind(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(name), **fields})


clauses = st.lists(
    st.fixed_dictionaries({"attribute": st.just("plan"), "op": st.sampled_from(["in", "guess"]), "values": values}),
    max_size=2,
)
instructions = st.lists(
    st.one_of(
        kind("updateFallthroughVariationOrRollout", variationId=entries),
        kind("updateFallthroughVariationOrRollout", rolloutWeights=weights),
        kind("updateOffVariation", variationId=entries),
        kind("updateTrackEvents", trackEvents=st.booleans()),
        kind("addRule", clauses=clauses, variationId=entries),
        kind("replaceRules", rules=st.just([])),
        kind("addTargets", variationId=entries, values=values, contextKind=kinds),
        kind("removeTargets", variationId=entries, values=values, contextKind=kinds),
        kind("clearTargets", variationId=entries),
        kind("turnTargetingOn"),
    ),
    min_size=1,
    max_size=4,
)


def after(config: Config, steps: list[dict[str, Any]]) -> Config | int | None:
    """As a patch of staging does it; the status if it is refused."""
    try:
        body = checked(Instructions, {"instructions": steps})
        return applied(config, "staging", list(body.instructions), config.places["staging"].last_modified + 1)
    except Refusal as refusal:
        return refusal.status


def taken(content: bytes) -> ConfigPatch | int:
    """A body of *Update AI Config*; the status if it is refused."""
    try:
        return parsed(ConfigPatch, content)
    except Refusal as refusal:
        return refusal.status


@given(instructions, instructions)
def test_instructions_are_carried_out_together_or_not_at_all(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    config = WORLD.config(PROJECT, "support-assistant")
    untouched = config.model_copy(deep=True)
    for steps in (first, second):
        changed = after(config, steps)
        if not isinstance(changed, Config):
            assert changed in (None, 400)
            continue
        old, new = config.places["staging"], changed.places["staging"]
        assert new.version == old.version + 1
        assert changed.targeting_version == config.targeting_version + 1
        assert {key: place for key, place in changed.places.items() if key != "staging"} == {
            key: place for key, place in config.places.items() if key != "staging"
        }
        assert new.model_copy(update={"version": old.version, "last_modified": old.last_modified}) != old
        rollout = new.fallthrough.rollout
        assert rollout is None or sum(share.weight for share in rollout.shares) == WHOLE
        targeted = [(target.context_kind, value) for target in new.targets for value in target.values]
        assert len(targeted) == len(set(targeted))
        json.dumps(shown(changed, WORLD), allow_nan=False)
        config = changed
    assert WORLD.config(PROJECT, "support-assistant") == untouched


@given(instructions)
def test_what_was_done_once_changes_nothing_when_done_again(steps: list[dict[str, Any]]) -> None:
    if any(step["kind"] in ("addRule", "turnTargetingOn") for step in steps):
        return  # every rule that is added is another one
    once = after(WORLD.config(PROJECT, "support-assistant"), steps)
    if isinstance(once, Config):
        assert after(once, [steps[-1]]) is None


@given(st.binary())
def test_no_bytes_break_a_body(content: bytes) -> None:
    body = taken(content)
    assert isinstance(body, ConfigPatch) or body == 400


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
fields = ["name", "description", "tags", "maintainerId", "evaluationMetricKey", "isInverted", "other"]


@given(st.dictionaries(st.sampled_from(fields), anything))
def test_what_is_taken_can_be_told_again(body: dict[str, Any]) -> None:
    found = taken(json.dumps(body).encode())
    if isinstance(found, ConfigPatch):
        json.dumps(found.named(), allow_nan=False, ensure_ascii=False).encode()
    else:
        assert found == 400


@pytest.mark.parametrize("content", [b"1", b'"x"', b"[1, 2]", b"true"])
def test_documents_may_be_anything(content: bytes) -> None:
    assert document(content) == json.loads(content)
