"""Scores of configs, alone and beside what is live, as lines of a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.domain.evaluations import Comparison, Doubt, Evidence, Trend, Verdict
from bot.domain.names import Environment
from bot.domain.views import Against
from handlers.messages import phrases, words
from handlers.messages.blocks import bullets, code, section, table

GROUPS = 3
"""Other configs that a config is compared with in one message."""

DOUBTS: dict[Doubt, str] = {
    **words.DOUBTS,
    Doubt.NEVER_RUN: "it was never evaluated",
    Doubt.NOT_JUDGED: "this evaluator never judged it",
    Doubt.STILL_RUNNING: "an evaluation of it is still running",
    Doubt.NO_SCORE: "it has no score",
}
"""Why something is not proven, where *it* is what is shown and not what is to be deployed."""


def environments(places: Sequence[Environment]) -> str:
    """Names of environments in a sentence, in mrkdwn."""
    return words.some([code(each.name, 40) for each in places], 4)


def short(found: Evidence) -> str:
    """``scores: …`` in the middle of a sentence, in mrkdwn; else why there are none."""
    scored = [f"{code(row.evaluator_name, 40)} {phrases.score(row.candidate)}" for row in _scored(found)]
    return f"scores: {words.some(scored, 4)}" if scored else without(found)


def behind(found: Evidence, sign: str) -> str:
    """`short` behind other things in a row; nothing where the provider keeps none, which is said elsewhere once."""
    return "" if found.verdict is Verdict.NOT_AVAILABLE else f"{sign}{short(found)}"


def without(found: Evidence) -> str:
    """Why there is no score, in the middle of a sentence."""
    if found.verdict is Verdict.NOT_AVAILABLE:
        return "the provider keeps no evaluations"
    known = (Doubt.UNREADABLE, Doubt.STILL_RUNNING, Doubt.NEVER_RUN)
    return next((DOUBTS[doubt] for doubt in known if doubt in found.doubts), DOUBTS[Doubt.NO_SCORE])


def own(found: Evidence) -> Iterator[Block]:
    """Its own scores, one in a line."""
    lines = [
        f"{code(row.evaluator_name, 40)}: {phrases.score(row.candidate)} ({_basis(row)})" for row in _scored(found)
    ]
    if lines:
        yield section("*Its scores*")
        yield bullets(lines, 1_200)
    else:
        said = without(found)
        yield section(f"{said[0].upper()}{said[1:]}.")


def _scored(found: Evidence) -> list[Comparison]:
    return [row for row in found.rows if row.candidate is not None]


def _basis(row: Comparison) -> str:
    return words.counted(row.datapoints, "datapoint")


def verdict(against: Against) -> str:
    """One comparison with what is live, in a sentence, in mrkdwn."""
    return f"against {phrases.served(against.live)}, live in {environments(against.environments)}: {_said(against)}"


def _said(against: Against) -> str:
    found = against.evidence
    match found.verdict:
        case Verdict.FAIL:
            worse = [code(row.evaluator_name, 40) for row in found.rows if row.trend is Trend.WORSE]
            return f"worse in {words.some(worse, 5)}"
        case Verdict.NOT_PROVEN:
            because = "; ".join(DOUBTS[doubt] for doubt in found.doubts) or "no evaluator could be compared"
            return f"not proven, because {because}"
        case Verdict.NOT_AVAILABLE:
            return without(found)
        case _:
            return "no evaluator scores it worse"


def beside(groups: Iterable[Against]) -> Iterator[Block]:
    """What it scored beside each of the others that are live."""
    shown = list(groups)
    for group in shown[:GROUPS]:
        said = verdict(group)
        yield section(f"*Scores* {said}.")
        lines = [
            f"{code(row.evaluator_name, 40)}: {phrases.score(row.live)} → {phrases.score(row.candidate)}, "
            f"{DOUBTS[row.doubt] if row.doubt is not None else words.TRENDS[row.trend]} ({_basis(row)})"
            for row in group.evidence.rows
        ]
        if lines:
            yield bullets(lines, 900)
    if len(shown) > GROUPS:
        yield section(f"And {words.counted(len(shown) - GROUPS, 'more config')} live elsewhere, not compared here.")


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
"""Evaluators in the table of two configs."""


def of_two(found: Evidence) -> str:
    """What the scores of two configs say, in a sentence; empty where the provider keeps no evaluations."""
    match found.verdict:
        case Verdict.NOT_AVAILABLE:
            return ""
        case Verdict.FAIL:
            worse = [code(row.evaluator_name, 40) for row in found.rows if row.trend is Trend.WORSE]
            return f"The second scored worse in {words.some(worse, 5)}."
        case Verdict.PASS:
            return "The second scored no worse in any evaluator."
        case _:
            because = "; ".join(OF_TWO[doubt] for doubt in found.doubts) or "no evaluator judged both"
            return f"Their scores can't be compared: {because}."


def table_of_two(found: Evidence) -> Iterator[Block]:
    """First against second, evaluator by evaluator, as on a card."""
    if found.rows:
        head = ("Evaluator", "First", "Second", "Difference", "In words", "Datapoints")
        yield table([head, *(_cells(row) for row in found.rows[:ROWS])])


def list_of_two(found: Evidence) -> Iterator[Block]:
    """The same for a modal, which takes no table."""
    lines = [
        f"{code(name, 40)}: {first} → {second}, {said} ({count} datapoints)"
        for name, first, second, _, said, count in map(_cells, found.rows)
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
