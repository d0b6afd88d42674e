"""Scores of configs, alone and compared with what is live, as blocks of a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.domain.evaluations import Comparison, Doubt, Evidence, Trend, Verdict
from bot.domain.names import Environment
from bot.domain.views import Against
from handlers.messages import phrases, words
from handlers.messages.blocks import bullets, code, section, table

GROUPS = 3
"""Most live configs that a config is compared with in one message."""

DOUBTS: dict[Doubt, str] = {
    **words.DOUBTS,
    Doubt.NEVER_RUN: "it was never evaluated",
    Doubt.NOT_JUDGED: "this evaluator never judged it",
    Doubt.STILL_RUNNING: "an evaluation of it is still running",
    Doubt.NO_SCORE: "it has no score",
}
"""Why something is not proven, for messages where *it* is the shown config, not one to be deployed."""


def environments(places: Sequence[Environment]) -> str:
    """Names of environments in a sentence, in mrkdwn."""
    return words.some([code(each.name, 40) for each in places], 4)


def short(evidence: Evidence) -> str:
    """``scores: …`` for the middle of a sentence, in mrkdwn, or why there are none."""
    scored = [f"{code(row.evaluator_name, 40)} {phrases.score(row.candidate)}" for row in _scored(evidence)]
    return f"scores: {words.some(scored, 4)}" if scored else without(evidence)


def behind(evidence: Evidence, separator: str) -> str:
    """`short` after `separator`; empty when the provider keeps no evaluations, which is said elsewhere once."""
    return "" if evidence.verdict is Verdict.NOT_AVAILABLE else f"{separator}{short(evidence)}"


def without(evidence: Evidence) -> str:
    """Why there is no score, for the middle of a sentence."""
    if evidence.verdict is Verdict.NOT_AVAILABLE:
        return "the provider keeps no evaluations"
    main_doubts = (Doubt.UNREADABLE, Doubt.STILL_RUNNING, Doubt.NEVER_RUN)
    return next((DOUBTS[doubt] for doubt in main_doubts if doubt in evidence.doubts), DOUBTS[Doubt.NO_SCORE])


def own(evidence: Evidence) -> Iterator[Block]:
    """The scores of the config itself, one per line."""
    lines = [
        f"{code(row.evaluator_name, 40)}: {phrases.score(row.candidate)} ({_basis(row)})" for row in _scored(evidence)
    ]
    if lines:
        yield section("*Its scores*")
        yield bullets(lines, 1_200)
    else:
        text = without(evidence)
        yield section(f"{text[0].upper()}{text[1:]}.")


def _scored(evidence: Evidence) -> list[Comparison]:
    return [row for row in evidence.rows if row.candidate is not None]


def _basis(row: Comparison) -> str:
    return words.counted(row.datapoints, "datapoint")


def verdict(against: Against) -> str:
    """One comparison with what is live, in a sentence, in mrkdwn."""
    return f"against {phrases.served(against.live)}, live in {environments(against.environments)}: {_result(against)}"


def _result(against: Against) -> str:
    evidence = against.evidence
    match evidence.verdict:
        case Verdict.FAIL:
            worse = [code(row.evaluator_name, 40) for row in evidence.rows if row.trend is Trend.WORSE]
            return f"worse in {words.some(worse, 5)}"
        case Verdict.NOT_PROVEN:
            because = "; ".join(DOUBTS[doubt] for doubt in evidence.doubts) or "no evaluator could be compared"
            return f"not proven, because {because}"
        case Verdict.NOT_AVAILABLE:
            return without(evidence)
        case _:
            return "no evaluator scores it worse"


def beside(groups: Iterable[Against]) -> Iterator[Block]:
    """Its scores compared with those of each other live config."""
    groups = list(groups)
    for group in groups[:GROUPS]:
        text = verdict(group)
        yield section(f"*Scores* {text}.")
        lines = [
            f"{code(row.evaluator_name, 40)}: {phrases.score(row.live)} → {phrases.score(row.candidate)}, "
            f"{DOUBTS[row.doubt] if row.doubt is not None else words.TRENDS[row.trend]} ({_basis(row)})"
            for row in group.evidence.rows
        ]
        if lines:
            yield bullets(lines, 900)
    if len(groups) > GROUPS:
        yield section(f"And {words.counted(len(groups) - GROUPS, 'more config')} live elsewhere, not compared here.")


OF_TWO: dict[Doubt, str] = {
    **DOUBTS,
    Doubt.NEVER_RUN: "the second was never evaluated",
    Doubt.NOT_JUDGED: "an evaluator of the first never judged the second",
    Doubt.STILL_RUNNING: "an evaluation of the second is still running",
    Doubt.LIVE_NEVER_RUN: "the first has no score to compare with",
    Doubt.NO_SCORE: "the second has no score",
}
"""Why two configs cannot be compared."""

ROWS = 8
"""Most evaluators in the table of two configs."""


def of_two(evidence: Evidence) -> str:
    """The verdict on the scores of two configs, in a sentence; empty when the provider keeps no evaluations."""
    match evidence.verdict:
        case Verdict.NOT_AVAILABLE:
            return ""
        case Verdict.FAIL:
            worse = [code(row.evaluator_name, 40) for row in evidence.rows if row.trend is Trend.WORSE]
            return f"The second scored worse in {words.some(worse, 5)}."
        case Verdict.PASS:
            return "The second scored no worse in any evaluator."
        case _:
            because = "; ".join(OF_TWO[doubt] for doubt in evidence.doubts) or "no evaluator judged both"
            return f"Their scores can't be compared: {because}."


def table_of_two(evidence: Evidence) -> Iterator[Block]:
    """A table of the first and the second score per evaluator, as on a card."""
    if evidence.rows:
        head = ("Evaluator", "First", "Second", "Difference", "In words", "Datapoints")
        yield table([head, *(_cells(row) for row in evidence.rows[:ROWS])])


def list_of_two(evidence: Evidence) -> Iterator[Block]:
    """The same as a list, for modals, which cannot have tables."""
    lines = [
        f"{code(name, 40)}: {first} → {second}, {result} ({count} datapoints)"
        for name, first, second, _, result, count in map(_cells, evidence.rows)
    ]
    if lines:
        yield bullets(lines)


def _cells(row: Comparison) -> tuple[str, ...]:
    return (
        row.evaluator_name,
        phrases.score(row.live),
        phrases.score(row.candidate),
        phrases.difference(row.live, row.candidate) if row.trend is not Trend.UNCOMPARED else "–",
        OF_TWO[row.doubt] if row.doubt is not None else words.TRENDS[row.trend],
        f"{row.datapoints:,}",
    )
