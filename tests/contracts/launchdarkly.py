"""The LaunchDarkly wire for the provider contract: an AI Config, what it serves where, and who may change it."""

from __future__ import annotations

from typing import Any

SECRETS = ("sdk-4f1c-not-for-anybody", "mob-77ab-not-for-anybody")
"""Keys that the reply about an environment carries."""

DISABLED = "11111111-0000-4000-8000-000000000000"
WARM = "11111111-0000-4000-8000-000000000001"
TERSE = "11111111-0000-4000-8000-000000000002"

VARIATIONS: list[dict[str, Any]] = [
    {
        "_id": "0d5c1c1e-5a34-4a2e-8f0d-7e3f3d7c9a11",
        "key": "warm",
        "name": "Warm tone",
        "version": 2,
        "state": "published",
        "createdAt": 1790000400000,
        "comment": "shorter greeting",
        "messages": [{"role": "system", "content": "You answer {{customer}} kindly."}],
        "model": {"modelName": "gpt-4o", "parameters": {"temperature": 0.3}},
        "modelConfigKey": "OpenAI.gpt-4o",
        "tools": [{"key": "look-up", "version": 3}],
    },
    {
        "_id": "0d5c1c1e-5a34-4a2e-8f0d-7e3f3d7c9a12",
        "key": "terse",
        "name": "Terse",
        "version": 1,
        "createdAt": 1790000400000,
        "messages": None,
        "instructions": "Be brief.",
        "model": {"modelName": "gpt-4o-mini", "parameters": {}},
        "outputFormat": {"type": "object"},
        "judgeConfiguration": {"judges": [{"judgeConfigKey": "tone", "samplingRate": 0.1}]},
    },
    {
        "_id": "0d5c1c1e-5a34-4a2e-8f0d-7e3f3d7c9a13",
        "key": "old",
        "name": "Old",
        "version": 7,
        "state": "archived",
        "createdAt": 1790000400000,
        "model": {},
    },
]

AI_CONFIG: dict[str, Any] = {
    "key": "support-reply",
    "name": "Support reply",
    "description": "Answers tickets",
    "mode": "completion",
    "tags": ["support"],
    "version": 3,
    "createdAt": 1790000000000,
    "updatedAt": 1790000500000,
    "_maintainer": {"_id": "65a0000000000000000000aa", "email": "ana@shop.example", "role": "writer"},
    "evaluationMetricKey": "thumbs-up",
    "isInverted": False,
    "_links": {
        "self": {"href": "/api/v2/projects/shop/ai-configs/support-reply", "type": "application/json"},
        "parent": {"href": "/api/v2/projects/shop/ai-configs", "type": "application/json"},
    },
    "variations": VARIATIONS,
}

AI_CONFIGS = {"items": [AI_CONFIG], "totalCount": 1, "_links": {}}


def entry(identifier: str, key: str, name: str, version: int = 1, *, enabled: bool = True) -> dict[str, Any]:
    """What can be served."""
    meta = {"enabled": enabled, "variationKey": key, "version": version}
    value = {"_ldMeta": meta, "messages": []}
    return {"_id": identifier, "key": key, "name": name, "description": "", "value": value}


def aimed(name: str, fallthrough: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One environment of a targeting document."""
    return {
        "enabled": True,
        "fallthrough": fallthrough,
        "offVariation": 0,
        "rules": [],
        "targets": [],
        "contextTargets": [],
        "lastModified": 1790000600000,
        "trackEvents": False,
        "trackEventsFallthrough": False,
        "_environmentName": name,
        "_version": 5,
        **changes,
    }


ROLLOUT: dict[str, Any] = {
    "contextKind": "user",
    "bucketBy": "key",
    "variations": [{"variation": 1, "weight": 90_000}, {"variation": 2, "weight": 10_000}],
}

RULE: dict[str, Any] = {
    "_id": "22222222-0000-4000-8000-000000000001",
    "description": "staff first",
    "variation": 2,
    "trackEvents": False,
    "clauses": [{"id": "c-1", "attribute": "email", "op": "endsWith", "negate": False, "values": ["@shop.example"]}],
}

TARGETING: dict[str, Any] = {
    "key": "support-reply",
    "name": "Support reply",
    "tags": ["support"],
    "createdAt": 1790000000000,
    "_version": 9,
    "defaults": {"onVariation": 1, "offVariation": 0},
    "experiments": {"baselineIdx": 0, "items": []},
    "variations": [
        entry(DISABLED, "", "disabled", enabled=False),
        entry(WARM, "warm", "Warm tone", 2),
        entry(TERSE, "terse", "Terse"),
    ],
    "environments": {
        "test": aimed("Test", {"variation": 0}),
        "staging": aimed("Staging", {"variation": 2}),
        "production": aimed("Production", {"rollout": ROLLOUT}, rules=[RULE], _version=7),
    },
}


def environment(key: str, name: str, **changes: Any) -> dict[str, Any]:
    """An environment as its reply has it, SDK keys and all."""
    return {
        "_links": {},
        "_id": f"65a00000000000000000{len(key):04d}",
        "key": key,
        "name": name,
        "apiKey": SECRETS[0],
        "mobileKey": SECRETS[1],
        "color": "417505",
        "defaultTtl": 0,
        "secureMode": False,
        "defaultTrackEvents": False,
        "requireComments": False,
        "confirmChanges": False,
        "tags": [],
        "critical": False,
        **changes,
    }


def demands(**changes: Any) -> dict[str, Any]:
    """Approval settings for AI Configs."""
    settings = {
        "required": True,
        "requiredApprovalTags": [],
        "minNumApprovals": 1,
        "canReviewOwnRequest": False,
        "canApplyDeclinedChanges": False,
        "bypassApprovalsForPendingChanges": False,
        "serviceKind": "launchdarkly",
        "serviceConfig": {},
        **changes,
    }
    return {"resourceApprovalSettings": {"aiconfig": settings}}


ENVIRONMENTS: dict[str, Any] = {
    "items": [
        environment("test", "Test"),
        environment("staging", "Staging"),
        environment("production", "Production", critical=True, **demands()),
    ],
    "totalCount": 3,
    "_links": {},
}

APPROVAL: dict[str, Any] = {
    "_id": "66b000000000000000000042",
    "_version": 1,
    "creationDate": 1790001000000,
    "serviceKind": "launchdarkly",
    "requestorId": "65a0000000000000000000aa",
    "description": "deploy support-reply@warm to production",
    "resourceId": "proj/shop:env/production:aiconfig/support-reply",
    "reviewStatus": "pending",
    "status": "pending",
    "allReviews": [],
    "notifyMemberIds": [],
    "conflicts": [],
    "_links": {},
    "instructions": [{"kind": "updateFallthroughVariationOrRollout", "variationId": WARM}],
}

MEMBERS: dict[str, Any] = {
    "items": [
        {
            "_links": {},
            "_id": "65a0000000000000000000bb",
            "email": "ravi@shop.example",
            "firstName": "Ravi",
            "lastName": "Iyer",
            "role": "writer",
        }
    ],
    "totalCount": 1,
}

AUDIT: dict[str, Any] = {
    "items": [
        {
            "_links": {},
            "_id": "a1",
            "date": 1790001200000,
            "kind": "aiConfig",
            "name": "Support reply",
            "comment": "canary",
            "member": {"_id": "65a0000000000000000000bb", "email": "ravi@shop.example"},
        }
    ],
    "_links": {},
}

EVERYTHING: dict[str, Any] = {
    **AI_CONFIG,
    **TARGETING,
    "variations": [
        entry(DISABLED, "", "disabled", enabled=False),
        entry(WARM, "config_x", "x"),
        entry(TERSE, "config_y", "y"),
    ],
    "items": [
        {**each, "_id": each["key"], "variations": [], "version": 1, "date": 1790001200000}
        for each in ENVIRONMENTS["items"]
    ],
    "totalCount": 3,
}
"""One document that is a good answer to every operation: each reads its own part of it."""

GOOD: dict[str, Any] = dict.fromkeys(
    ("check", "projects", "project", "update_project", "configs", "served", "serve", "clear", "last_moved"), EVERYTHING
)
"""A good answer for every method of the contract that is one question to the service."""
