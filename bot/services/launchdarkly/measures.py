"""Metrics: the metrics of a project that AI Configs are judged by, and the usage of an AI Config."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from bot.services.launchdarkly.errors import invalid, unknown
from bot.services.launchdarkly.paging import link, ordered, page, with_colons
from bot.services.launchdarkly.records import DISABLED, Config, Metric, Usage
from bot.services.launchdarkly.service import Incoming, Operation, answer, number

PATH = "/api/v2/projects/{project}/ai-configs"
DAY = 86_400_000
"""Milliseconds."""

LONGEST = 100 * DAY
"""How far apart ``from`` and ``to`` may be (REST API v2, *Get AI Config metrics*)."""

MEANS = ("satisfactionRating", "judgeAccuracy", "judgeRelevance", "judgeToxicity")
"""Metrics that are means; the others are sums."""

COSTS = ("inputCost", "outputCost")


def metric_json(metric: Metric) -> dict[str, Any]:
    """The JSON of a metric of the project in a response."""
    return {
        "_id": metric.id,
        "_versionId": metric.id,
        "_version": 1,
        "key": metric.key,
        "name": metric.name,
        "kind": "custom",
        "_links": {
            "self": link(f"/api/v2/metrics/{metric.project}/{metric.key}"),
            "parent": link(f"/api/v2/metrics/{metric.project}"),
        },
        "tags": [],
        "_creationDate": metric.created_at,
        "isNumeric": metric.numeric,
        "eventKey": metric.event,
        "successCriteria": "HigherThanBaseline" if metric.higher_is_better else "LowerThanBaseline",
        "dataSource": {"key": "launchdarkly-hosted"},
    }


def _metrics(incoming: Incoming) -> Response:
    world = incoming.world
    project = world.project(incoming.parts["project"])
    matches = with_colons(
        incoming,
        [metric for metric in world.all(Metric) if metric.project == project.key],
        {"query": lambda metric, value: value.casefold() in f"{metric.key} {metric.name}".casefold()},
    )
    keys = {"name": lambda metric: metric.name.casefold(), "createdAt": lambda metric: metric.created_at}
    return answer(page(incoming, ordered(incoming, matches, keys), metric_json, most=50))


def _metric(incoming: Incoming) -> Response:
    world = incoming.world
    metric = world.find(Metric, world.project(incoming.parts["project"]).key, incoming.parts["metric"])
    if metric is None:
        raise unknown("metric")
    return answer(metric_json(metric))


def _usage_query(incoming: Incoming) -> tuple[Config, str, float]:
    """The AI Config, the environment and the number of days that the query asks about. Raises `Refusal` (400, 404)."""
    world = incoming.world
    config = world.config(incoming.parts["project"], incoming.parts["config"])
    for name in ("from", "to", "env"):
        if name not in incoming.query:
            raise invalid(f"{name}: is missing")
    start, end = number(incoming, "from", 0, most=2**53), number(incoming, "to", 0, most=2**53)
    if not start < end <= start + LONGEST:
        raise invalid("to: has to be after from, by at most 100 days")
    environment = world.environment(config.project, incoming.query["env"])
    days = max(0, min(end, world.ms()) - max(start, config.created_at)) / DAY
    return config, environment.key, days


def _summed(usages: Iterable[Usage], days: float) -> dict[str, Any]:
    sums: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for usage in usages if days else ():
        for name, value in usage.daily.items():
            sums[name] += value  # type: ignore[assignment]  # a Counter adds numbers of any kind
            counted[name] += 1
    return {
        name: round(value / counted[name], 4) if name in MEANS
        else round(value * days, 4) if name in COSTS
        else round(value * days)
        for name, value in sums.items()
    }  # fmt: skip


def _usage(incoming: Incoming) -> Response:
    config, environment, days = _usage_query(incoming)
    return answer(_summed([usage for usage in config.usage if usage.environment == environment], days))


def _usage_by_variation(incoming: Incoming) -> Response:
    config, environment, days = _usage_query(incoming)
    usages = [
        usage for usage in config.usage if usage.environment == environment and usage.variation in config.variations
    ]
    return answer([{"variationKey": usage.variation, "metrics": _summed([usage], days)} for usage in usages])


def _quick_stats(incoming: Incoming) -> Response:
    configs = incoming.world.configs(incoming.parts["project"])
    if "env" not in incoming.query:
        raise invalid("env: is missing")
    environment = incoming.world.environment(incoming.parts["project"], incoming.query["env"]).key
    places = [(config, config.places[environment]) for config in configs]
    active = [
        config
        for config, place in places
        if place.enabled and place.fallthrough.entries() - {config.entry(DISABLED).id}
    ]
    held = [place for _, place in places if place.fallthrough.rollout and place.fallthrough.rollout.allocation]
    daily = [usage.daily for config in configs for usage in config.usage if usage.environment == environment]
    ratings = [each["satisfactionRating"] for each in daily if "satisfactionRating" in each]
    days = incoming.world.now().day
    return answer(
        {
            "activeConfigs": len(active),
            "activeExperiments": len(held),
            "averageSatisfaction7D": round(sum(ratings) / len(ratings), 4) if ratings else None,
            "spendMonthToDate": round(sum(each.get(cost, 0) for each in daily for cost in COSTS) * days, 2),
        }
    )


OPERATIONS = (
    Operation("GET", "/api/v2/metrics/{project}", _metrics),
    Operation("GET", "/api/v2/metrics/{project}/{metric}", _metric),
    Operation("GET", PATH + "/quick-stats", _quick_stats),
    Operation("GET", PATH + "/{config}/metrics", _usage),
    Operation("GET", PATH + "/{config}/metrics-by-variation", _usage_by_variation),
)
