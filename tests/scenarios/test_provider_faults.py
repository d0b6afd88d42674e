"""The config service fails in every way: people read a clear sentence, the log has the cause, the change is true."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.chat import ADA, RAVI, Line
from tests.scenarios.stage import (
    Happens,
    Stage,
    a_read,
    a_write,
    answers,
    any_request,
    cut_after_arrival,
    cut_before_arrival,
    down,
    html,
    lies,
    slow,
    staged,
)

REFERENCE = re.compile(r"r-[2-9a-z]{6}")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Whole calls may take four seconds here, not ten; the service is in this process, and machines are busy."""
    async with staged(tmp_path, timeout=4.0) as made:
        yield made


def logged(stage: Stage, said: Line, cause: str) -> None:
    """What was said names a reference, under which the log has the cause."""
    reference = REFERENCE.search(said.body())
    assert reference is not None, said.body()
    lines = stage.log.of(reference.group())
    assert cause in lines, lines


WHILE_ASKING: list[tuple[Happens, str, str]] = [
    (down, "could not be reached", "unreachable"),
    (slow(10), "did not answer in time", "timed_out"),
    (answers(401, "no such key"), "did not accept my key (HTTP 401)", "unauthorized"),
    (answers(403, "read only"), "does not allow my key to do this (HTTP 403)", "forbidden"),
    (answers(404, "no such project"), "does not have this, or no longer has it (HTTP 404)", "not_found"),
    (answers(409, "busy"), "says that something else is in the way (HTTP 409)", "conflict"),
    (answers(422, [{"loc": ["query"], "msg": "is wrong", "type": "x"}]), "did not accept my request", "invalid"),
    (answers(429, "slowly"), "asked me to slow down (HTTP 429)", "rate_limited"),
    (answers(429, "slowly", {"Retry-After": "60"}), "Try again in", "rate_limited"),
    (answers(500, "oops"), "is having problems (HTTP 500)", "unavailable"),
    (html, "gave an answer that I can't read", "unintelligible"),
    (cut_before_arrival, "could not be reached", "unreachable"),
]


@pytest.mark.parametrize(("happens", "words", "cause"), WHILE_ASKING)
async def test_a_deploy_that_cannot_be_looked_at_is_answered_and_leaves_no_change(
    stage: Stage, happens: Happens, words: str, cause: str
) -> None:
    stage.goes_wrong(any_request, happens)
    await stage.chat.say(ADA, "/deploy config_x to production")
    said = await stage.chat.is_told(ADA, "That didn't work", words, "Nothing was changed")
    logged(stage, said, cause)
    stage.line.repaired()
    await stage.chat.say(ADA, "/configbot changes")
    await stage.chat.is_told(ADA, "There are no changes here yet")
    assert await stage.chat.said(ADA) == []


AFTER_APPROVAL = [row for row in WHILE_ASKING if row[1] != "Try again in"]


@pytest.mark.parametrize(("happens", "words", "cause"), AFTER_APPROVAL)
async def test_an_approved_change_that_cannot_be_looked_at_again_fails_and_sends_nothing(
    stage: Stage, happens: Happens, words: str, cause: str
) -> None:
    card = await stage.chat.asks()
    stage.goes_wrong(a_read, happens)
    await stage.chat.press(RAVI, card, "Approve")
    failed = await stage.chat.card_says(card, "Failed", words, "what is live did not change")
    logged(stage, failed, cause)
    assert not stage.line.writes
    stage.line.repaired()
    again = await stage.chat.makes_live()
    assert "ch-2" in again.text, "a retry is a new change"
    assert await stage.registry.live("Support reply") == "config_x"


REFUSED_WRITES: list[tuple[Happens, str, str]] = [
    (down, "could not be reached", "unreachable"),
    (answers(401, "no such key"), "did not accept my key (HTTP 401)", "unauthorized"),
    (answers(404, "no such config"), "does not have this, or no longer has it (HTTP 404)", "not_found"),
    (answers(409, "busy"), "says that something else is in the way (HTTP 409)", "conflict"),
    (answers(422, "no"), "did not accept my request (HTTP 422)", "invalid"),
    (answers(429, "slowly"), "asked me to slow down (HTTP 429)", "rate_limited"),
    (answers(429, "slowly", {"Retry-After": "2"}), "Try again in 2 seconds", "rate_limited"),
    (answers(503, "full"), "is having problems (HTTP 503)", "unavailable"),
]


@pytest.mark.parametrize(("happens", "words", "cause"), REFUSED_WRITES)
async def test_a_write_that_is_refused_fails_and_is_not_repeated(
    stage: Stage, happens: Happens, words: str, cause: str
) -> None:
    card = await stage.chat.asks()
    stage.goes_wrong(a_write, happens)
    await stage.chat.press(RAVI, card, "Approve")
    failed = await stage.chat.card_says(card, "Failed", words)
    logged(stage, failed, cause)
    assert not failed.buttons().keys() & {"Approve", "Undo"}
    await stage.chat.is_told(RAVI, "`ch-1` failed", words)
    stage.line.repaired()
    await stage.time_passes(minutes=5)
    assert not stage.line.writes
    assert await stage.registry.live("Support reply") == "config_w"


@pytest.mark.parametrize("happens", [cut_after_arrival, cut_before_arrival, answers(500, "oops"), html])
async def test_a_write_whose_answer_is_lost_takes_effect_once(stage: Stage, happens: Happens) -> None:
    card = await stage.chat.asks()
    stage.goes_wrong(a_write, happens, times=1)
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "Live", "I read it back, and it took effect")
    assert await stage.registry.live("Support reply") == "config_x"
    assert len(stage.line.writes) == 1


async def test_a_write_that_is_answered_too_late_takes_effect_once(stage: Stage) -> None:
    card = await stage.chat.asks()

    async def arrives_and_is_slow(request: Any, go_on: Any) -> Any:
        await go_on()
        return await slow(10)(request, go_on)

    stage.goes_wrong(a_write, arrives_and_is_slow, times=1)
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "Live", "I read it back, and it took effect")
    assert len(stage.line.writes) == 1


@pytest.mark.parametrize("happens", [cut_after_arrival, cut_before_arrival])
async def test_where_looking_cannot_tell_a_person_settles_it(stage: Stage, happens: Happens) -> None:
    chat = stage.chat
    card = await chat.asks()
    writes = 0

    async def breaks_for_good(request: Any, go_on: Any) -> Any:
        nonlocal writes
        writes += 1
        stage.goes_wrong(a_read, down)
        return await happens(request, go_on)

    stage.goes_wrong(a_write, breaks_for_good)
    await chat.press(RAVI, card, "Approve")
    unknown = await chat.card_says(card, "Outcome unknown", "What is live now is either `config_w` or `config_x`")
    assert set(unknown.buttons()) >= {"Look again", "Close as failed"}
    logged(stage, unknown, "cut_after_write")
    assert writes == 1

    await chat.press(RAVI, unknown, "Look again")
    await chat.is_told(RAVI, "I don't know whether `ch-1` took effect")
    await chat.say(ADA, "/deploy config_v to production")
    await stage.rests()
    stage.line.repaired()
    await chat.say(ADA, "/deploy config_v to production")
    await chat.is_told(ADA, "`ch-1` is open for the same project")
    await stage.time_passes(minutes=5)
    assert writes == 1, "nothing more is sent by itself"

    await chat.press(RAVI, unknown, "Look again")
    if happens is cut_after_arrival:
        await chat.card_says(card, "Live", "I read it back, and it took effect")
        assert await stage.registry.live("Support reply") == "config_x"
    else:
        await chat.card_says(card, "Failed", "what is live did not change")
        assert await stage.registry.live("Support reply") == "config_w"
    assert len(stage.line.writes) == (1 if happens is cut_after_arrival else 0)


async def test_an_unknown_outcome_can_be_closed_as_failed(stage: Stage) -> None:
    card = await stage.chat.asks()
    stage.goes_wrong(a_write, cut_before_arrival)
    stage.goes_wrong(lambda request: bool(stage.line.faults[0].times < 1_000_000) and a_read(request), down)
    await stage.chat.press(RAVI, card, "Approve")
    unknown = await stage.chat.card_says(card, "Outcome unknown")
    await stage.chat.press(RAVI, unknown, "Close as failed")
    failed = await stage.chat.card_says(card, "Failed", "I don't know whether it took effect", "somebody closed")
    assert "what is live did not change" not in failed.body(), "nobody saw that"
    stage.line.repaired()
    await stage.chat.makes_live()
    assert len(stage.line.writes) == 1


async def test_success_without_effect_is_a_failure(stage: Stage) -> None:
    card = await stage.chat.asks()
    stage.goes_wrong(a_write, lies)
    await stage.chat.press(RAVI, card, "Approve")
    failed = await stage.chat.card_says(card, "Failed", "said yes, but what is live did not change")
    logged(stage, failed, "no_effect")


async def test_a_read_that_succeeds_at_the_second_try_is_not_even_noticed(stage: Stage) -> None:
    stage.goes_wrong(any_request, answers(429, "slowly", {"Retry-After": "0"}), times=1)
    await stage.chat.makes_live()
    assert len(stage.line.writes) == 1


async def test_a_service_that_asks_for_a_minute_is_left_alone(stage: Stage) -> None:
    stage.goes_wrong(any_request, answers(429, "slowly", {"Retry-After": "60"}), times=1)
    await stage.chat.say(ADA, "/deploy config_x to production")
    await stage.chat.is_told(ADA, "asked me to slow down")
    asked = stage.line.faults[0].times
    await stage.chat.say(ADA, "/deploy config_v to production")
    await stage.rests()
    assert len(await stage.chat.answers(ADA)) == 2
    assert await stage.chat.said(ADA) == []
    assert asked == 0


async def test_evaluations_that_cannot_be_read_prove_nothing_and_stop_nothing(stage: Stage) -> None:
    stage.goes_wrong(lambda request: "evaluations" in request.url.path, answers(500, "oops"))
    card = await stage.chat.makes_live()
    assert "not proven" in card.body()


async def test_the_board_says_which_project_could_not_be_read(stage: Stage) -> None:
    stage.goes_wrong(lambda request: "deployed-configs" in request.url.path, answers(500, "oops"), times=1)
    await stage.chat.say(ADA, "/deployments")
    told = await stage.chat.is_told(ADA, "What is live", "is having problems (HTTP 500)")
    assert told.text.count("I couldn't read it") == 1
