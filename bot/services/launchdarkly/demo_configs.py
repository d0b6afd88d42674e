"""The AI Configs of Acorn Labs. All of it is fictional."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

GPT, MINI, CLAUDE = "OpenAI.gpt-4o", "OpenAI.gpt-4o-mini", "Anthropic.claude-3-7-sonnet"


@dataclass(frozen=True)
class Served:
    """A deployment in the history: one variation, weights or a rule, or targeting switched off."""

    environment: str
    comment: str
    variation: str = ""
    weights: dict[str, int] = field(default_factory=dict)
    rule: dict[str, Any] | None = None
    off: bool = False

    def instruction(self, ids: dict[str, str]) -> dict[str, Any]:
        """The instruction for a semantic patch; `ids` maps variation keys to the ids of their targeting entries."""
        if self.rule is not None:
            return {"kind": "addRule", "variationId": ids[self.variation], **self.rule}
        kind = {"kind": "updateFallthroughVariationOrRollout"}
        if self.weights:
            return kind | {"rolloutWeights": {ids[key]: weight for key, weight in self.weights.items()}}
        return kind | {"variationId": ids[self.variation]}


@dataclass(frozen=True)
class DemoConfig:
    """An AI Config and its history: `age` in days, `edits` as variation, comment and fields, `usage` by variation."""

    age: int
    owner: str
    body: dict[str, Any]
    variations: tuple[dict[str, Any], ...]
    edits: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    served: tuple[Served, ...] = ()
    usage: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its key."""
        return str(self.body["key"])


def model(config: str, **parameters: float) -> dict[str, Any]:
    """The model of a variation."""
    return {
        "modelConfigKey": config,
        "model": {"modelName": config.partition(".")[2], "parameters": parameters},
    }


def chat(system: str, user: str = "{{ question }}") -> dict[str, Any]:
    """The messages of a variation."""
    return {"messages": [{"role": "system", "content": system}, {"role": "user", "content": user}]}


def used(count: float, good: float, tokens: float, cost: float) -> dict[str, float]:
    """A variation's metrics for one day: generations, satisfaction from 0 to 1, output tokens, cost in USD."""
    return {
        "generationCount": count,
        "generationSuccessCount": round(count * 0.99),
        "generationErrorCount": round(count * 0.01),
        "inputTokens": tokens * 3,
        "outputTokens": tokens,
        "totalTokens": tokens * 4,
        "thumbsUp": round(count * good / 5),
        "thumbsDown": round(count * (1 - good) / 5),
        "durationMs": count * 900,
        "timeToFirstTokenMs": count * 210,
        "satisfactionRating": good,
        "inputCost": cost / 3,
        "outputCost": cost * 2 / 3,
    }


ADA, RAVI, MIRA = "5f0000000000000000000ada", "5f0000000000000000000f0e", "5f0000000000000000000a1a"

JUDGE = DemoConfig(
    age=70,
    owner=MIRA,
    body={
        "key": "answer-judge",
        "name": "Answer judge",
        "description": "Scores answers for accuracy",
        "mode": "judge",
        "tags": ["quality"],
        "defaultVariation": {
            "key": "strict",
            "name": "Strict",
            **model(GPT, temperature=0.0),
            **chat(
                "Score the answer from 0 to 1. Deduct for every claim that the sources do not hold.",
                "Question: {{ question }}\nAnswer: {{ answer }}",
            ),
        },
    },
    variations=(
        {
            "key": "lenient",
            "name": "Lenient",
            **model(MINI, temperature=0.0),
            **chat("Score the answer from 0 to 1. Deduct for claims that are wrong.", "{{ question }}\n{{ answer }}"),
        },
    ),
)

SUPPORT = DemoConfig(
    age=60,
    owner=ADA,
    body={
        "key": "support-assistant",
        "name": "Support assistant",
        "description": "Answers tickets of the shop",
        "tags": ["support", "customer-facing"],
        "maintainerTeamKey": "support-ai",
        "evaluationMetricKey": "resolved-rate",
    },
    variations=(
        {
            "key": "warm-v1",
            "name": "Warm, first",
            "comment": "as the support team writes",
            **model(GPT, temperature=0.3),
            **chat("You answer tickets of the Acorn shop. Greet by name, be warm, and end with an offer to help."),
            "tools": [{"key": "lookup-order", "version": 1}],
            "judgeConfiguration": {"judges": [{"judgeConfigKey": "answer-judge", "samplingRate": 0.1}]},
        },
        {
            "key": "warm-v2",
            "name": "Warm, shorter",
            "comment": "half the words",
            **model(GPT, temperature=0.3, max_tokens=400),
            **chat("You answer tickets of the Acorn shop. Greet by name, answer in four sentences. {{snippet.tone#1}}"),
            "tools": [{"key": "lookup-order", "version": 2}],
            "judgeConfiguration": {"judges": [{"judgeConfigKey": "answer-judge", "samplingRate": 0.1}]},
        },
        {
            "key": "terse",
            "name": "Terse",
            **model(MINI, temperature=0.1),
            **chat("You answer tickets of the Acorn shop in at most two sentences."),
            "tools": [{"key": "lookup-order", "version": 2}],
        },
    ),
    edits=(
        (
            "warm-v2",
            "names the order number",
            chat("You answer tickets of the Acorn shop. Greet by name, name the order, answer in four sentences."),
        ),
    ),
    served=(
        Served("development", "to try it", "terse"),
        Served("staging", "first version", "warm-v1"),
        Served("production", "deploy support-assistant@warm-v1 to production", "warm-v1"),
        Served("staging", "shorter answers, for a week", "warm-v2"),
    ),
    usage={"warm-v1": used(1_840, 0.86, 410_000, 21.4)},
)

SEARCH = DemoConfig(
    age=45,
    owner=RAVI,
    body={
        "key": "search-answers",
        "name": "Search answers",
        "description": "Answers above the search results",
        "tags": ["search", "customer-facing"],
        "maintainerId": RAVI,
        "evaluationMetricKey": "helpful-rate",
    },
    variations=(
        {
            "key": "cited-v1",
            "name": "Cited",
            **model(MINI, temperature=0.2),
            **chat("Answer from the passages below and cite them by number.\n{{ passages }}"),
        },
        {
            "key": "cited-v2",
            "name": "Cited, says when it does not know",
            **model(MINI, temperature=0.2),
            **chat("Answer from the passages below and cite them. If they do not answer it, say so.\n{{ passages }}"),
        },
    ),
    served=(
        Served("development", "newest", "cited-v2"),
        Served("staging", "before the rollout", "cited-v2"),
        Served("production", "first version", "cited-v1"),
        Served("production", "10 percent see cited-v2", weights={"cited-v1": 90_000, "cited-v2": 10_000}),
    ),
    usage={"cited-v1": used(9_200, 0.79, 1_300_000, 6.1), "cited-v2": used(1_020, 0.84, 150_000, 0.8)},
)

ONBOARDING = DemoConfig(
    age=38,
    owner=ADA,
    body={
        "key": "onboarding-guide",
        "name": "Onboarding guide",
        "description": "Walks new customers through their first week",
        "mode": "agent",
        "tags": ["growth"],
        "maintainerTeamKey": "growth",
        "evaluationMetricKey": "handover-rate",
        "isInverted": True,
    },
    variations=(
        {
            "key": "checklist",
            "name": "Checklist",
            "description": "One step a message",
            **model(CLAUDE, temperature=0.4),
            "instructions": "Lead through the five steps of setting up, one step a message. Hand over when asked.",
            "tools": [{"key": "search-docs", "version": 1}],
        },
        {
            "key": "conversation",
            "name": "Conversation",
            "description": "Asks first what they want to build",
            **model(CLAUDE, temperature=0.6),
            "instructions": "Ask what they want to build, then choose the steps that matter. Hand over when asked.",
            "tools": [{"key": "search-docs", "version": 1}, {"key": "lookup-order", "version": 2}],
        },
    ),
    edits=(("conversation", "hands over sooner", {"model": {"modelName": "claude-3-7-sonnet", "parameters": {}}}),),
    served=(
        Served("development", "to try it", "conversation"),
        Served("staging", "both teams look at it", "conversation"),
        Served("production", "first version", "checklist"),
        Served(
            "production",
            "staff first",
            "conversation",
            rule={
                "description": "staff first",
                "clauses": [{"attribute": "email", "op": "endsWith", "values": ["@acorn.example"]}],
            },
        ),
    ),
    usage={"checklist": used(310, 0.72, 95_000, 9.9)},
)

BILLING = DemoConfig(
    age=30,
    owner=MIRA,
    body={
        "key": "billing-explainer",
        "name": "Billing explainer",
        "description": "Explains a line of an invoice; off in production since the prices changed",
        "tags": ["support"],
        "maintainerId": MIRA,
    },
    variations=(
        {
            "key": "plain",
            "name": "Plain words",
            **model(GPT, temperature=0.2),
            **chat("Explain this line of an invoice in plain words.", "{{ line }}"),
        },
        {
            "key": "table",
            "name": "With a table",
            **model(GPT, temperature=0.2),
            **chat("Explain this line of an invoice, with a table of how it adds up.", "{{ line }}"),
        },
    ),
    served=(
        Served("staging", "to compare", "table"),
        Served("production", "first version", "plain"),
        Served("production", "prices changed", "plain", off=True),
    ),
)

CHANGELOG = DemoConfig(
    age=6,
    owner=ADA,
    body={
        "key": "changelog-writer",
        "name": "Changelog writer",
        "description": "Turns merged changes into release notes",
        "mode": "agent",
        "tags": ["internal"],
    },
    variations=(
        {
            "key": "draft-a",
            "name": "Draft A",
            **model(CLAUDE, temperature=0.3),
            "instructions": "Group the changes by what they mean for customers. One line each.",
        },
        {
            "key": "draft-b",
            "name": "Draft B",
            **model(GPT, temperature=0.3),
            "instructions": "Write release notes: new, better, mended. No commit ids.",
        },
    ),
)

CONFIGS = (JUDGE, SUPPORT, SEARCH, ONBOARDING, BILLING, CHANGELOG)

ORDER = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}

LIBRARY: tuple[tuple[str, str, tuple[dict[str, Any], ...]], ...] = (
    (
        "tool",
        "lookup-order",
        (
            {"description": "Find an order", "schema": ORDER, "tags": ["support"]},
            {"description": "Find an order and where it is", "schema": ORDER, "tags": ["support"]},
        ),
    ),
    (
        "tool",
        "search-docs",
        (
            {
                "description": "Search the handbook",
                "schema": {"type": "object", "properties": {"words": {"type": "string"}}},
                "tags": [],
            },
        ),
    ),
    (
        "snippet",
        "tone",
        ({"name": "Tone of voice", "text": "Be kind, never apologise twice.", "description": "", "tags": ["brand"]},),
    ),
    (
        "skill",
        "refunds",
        ({"name": "Refunds", "markdown": "# Refunds\nUp to 30 days.", "description": "Rules", "tags": ["support"]},),
    ),
    *(
        (
            "model",
            key,
            (
                {
                    "id": key.partition(".")[2],
                    "name": name,
                    "provider": key.partition(".")[0],
                    "global": True,
                    "tags": [],
                    "isRestricted": False,
                    "params": {},
                },
            ),
        )
        for key, name in ((GPT, "GPT-4o"), (MINI, "GPT-4o mini"), (CLAUDE, "Claude 3.7 Sonnet"))
    ),
)
