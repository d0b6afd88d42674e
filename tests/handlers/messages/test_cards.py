from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.changes import FINAL, Kind, Say, State
from bot.domain.contents import Content
from bot.domain.errors import Fault, Problem
from bot.domain.evaluations import Comparison, Doubt, Trend
from bot.domain.live_state import NOTHING, Nothing
from bot.domain.notices import ChangeView
from bot.domain.outcomes import Applied, AwaitingApproval, Rejected, Unknown, Void, Withdrawn
from handlers import ids
from handlers.ids import Action
from handlers.messages import Message, card, outcome
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import (
    FAIL,
    MIRA,
    NEW_CONTENT,
    NOT_PROVEN,
    NOW,
    OLD_CONTENT,
    PASS,
    RAVI,
    change,
    decision,
    in_state,
)

DECISIONS = {"Approve", "Reject"}


def shown(view: ChangeView) -> Message:
    made = card(view, now=NOW)
    check(made)
    return made


def told(came: Any) -> Message:
    made = outcome(came, drafts={})
    check(made)
    return made


def test_what_a_provider_calls_a_project_stands_beside_it_once() -> None:
    said = read(shown(ChangeView(change(), noun="AI Config")))
    assert "`ch-142` · `humanloop` · AI Config · expires" in said
    assert said.count("AI Config") == 1


def test_a_waiting_card_tells_the_whole_story_in_order() -> None:
    said = read(shown(ChangeView(change()))).partition("-" * 8)[2]
    parts = [
        "⏳ *Waiting for approval* · `ch-142`",
        "<@U0ADA> wants to deploy `config_x` of `Refund triage` to `production`.",
        "`config_w` → `config_x` in `production`",
        "> the old one loops on partial refunds",
        "*Evaluations: pass.*",
        "| accuracy | 0.81 | 0.86 | +0.05 | better | 120 | a day |",
        "variable lost: +`{{company}}`",
        "• temperature: `0.2` → `0.7`",
        "*Approvals:* 0 of 1, waiting for 1 person.",
        "[Review] [Approve] [Reject] [Full diff] [Withdraw]",
        "`ch-142` · `humanloop` · expires 2026-11-21 08:00 UTC",
    ]
    places = [said.index(part) for part in parts]
    assert places == sorted(places)


def test_the_text_of_a_card_carries_the_whole_meaning() -> None:
    assert shown(ChangeView(change())).text == (
        "`ch-142`: waiting for approval. <@U0ADA> wants to deploy `config_x` of `Refund triage` to `production`. "
        "It replaces: `config_w`. Approvals: 0 of 1, waiting for 1 person."
    )


def test_every_button_carries_the_id_of_the_change_and_nothing_else() -> None:
    found = buttons(shown(ChangeView(change())))
    assert {each["value"] for each in found.values()} == {ids.value(change().id)}
    assert found["Approve"]["style"] == "primary"
    assert [each["action_id"] for each in found.values()] == [
        Action.REVIEW,
        Action.APPROVE,
        Action.REJECT,
        Action.FULL_DIFF,
        Action.WITHDRAW,
    ]


@pytest.mark.parametrize("state", set(State) - {State.WAITING})
def test_no_decision_button_is_left_once_it_is_decided(state: State) -> None:
    assert not DECISIONS & buttons(shown(ChangeView(in_state(state)))).keys()


@pytest.mark.parametrize("state", State)
def test_a_card_says_its_state_at_the_top_and_in_the_text(state: State) -> None:
    made = shown(ChangeView(in_state(state), (decision(RAVI),)))
    assert made.blocks[0]["text"]["text"].endswith("`ch-142`")
    assert made.text.startswith("`ch-142`: ")
    assert ("wants to" in made.text) == (state not in FINAL)


def test_a_card_whose_time_has_run_out_takes_no_decision() -> None:
    made = shown(ChangeView(change(expires_at=NOW)))
    assert not DECISIONS & buttons(made).keys()
    assert "run out" in read(made)


def test_a_change_without_an_expiry_waits_for_ever() -> None:
    made = shown(ChangeView(change(expires_at=None)))
    assert buttons(made).keys() > DECISIONS
    assert "asked 2026-11-20 08:00 UTC" in read(made)


def test_approvals_are_counted_and_named() -> None:
    two = change(seen=replace(change().seen, rule=replace(change().seen.rule, approvals=3)))
    view = ChangeView(two, (decision(RAVI), decision(MIRA, Say.REJECT)))
    assert "1 of 3 (<@U0RAVI>), waiting for 2 more people." in read(shown(view))


def test_undo_stays_while_nothing_was_deployed_on_top() -> None:
    live = in_state(State.APPLIED)
    assert "Undo" in buttons(shown(ChangeView(live, undoable=True)))
    assert "Undo" not in buttons(shown(ChangeView(live)))
    assert "Since 2026-11-20 09:00 UTC." in read(shown(ChangeView(live)))


def test_an_applied_change_that_needed_nobody_says_nothing_of_approvals() -> None:
    assert "pprov" not in read(shown(ChangeView(in_state(State.APPLIED))))


def test_a_void_card_says_what_moved_and_how_to_ask_anew() -> None:
    said = read(shown(ChangeView(in_state(State.VOID))))
    assert "What is live there has changed since this change was asked for." in said
    assert "To ask again: `deploy " in said


def test_a_refusal_without_reasons_still_stands() -> None:
    assert "Nothing was deployed." in read(shown(ChangeView(change(state=State.REFUSED))))


def test_a_failed_card_says_what_the_provider_said_and_what_to_do() -> None:
    said = read(shown(ChangeView(in_state(State.FAILED))))
    assert "`humanloop` did not answer in time (HTTP 504). Try again in a minute." in said
    assert "> upstream timed out" in said
    assert "Log reference: `r-7f3k2q`" in said
    assert "To ask again" in said


def test_a_failed_card_without_its_problem_still_stands() -> None:
    assert "❌ *Failed*" in read(shown(ChangeView(change(state=State.FAILED))))


def test_an_unknown_outcome_says_what_is_known_and_offers_two_ways_on() -> None:
    made = shown(ChangeView(in_state(State.UNKNOWN)))
    said, found = read(made), buttons(made)
    assert "What is live now is either `config_w` or `config_x`." in said
    assert "Try again" not in said
    assert found["Look again"]["action_id"] == Action.LOOK_AGAIN
    assert found["Close as failed"]["confirm"]["confirm"]["text"] == "Close as failed"
    assert "What is live now" in read(shown(ChangeView(change(state=State.UNKNOWN))))


def test_a_rejected_card_shows_who_and_why() -> None:
    rejected = in_state(State.REJECTED)
    said = read(shown(ChangeView(rejected, (decision(RAVI, Say.REJECT, "loses the company name"),))))
    assert "<@U0RAVI> rejected it. Nothing was deployed." in said
    assert "> loses the company name" in said
    assert "\n> " not in read(shown(ChangeView(replace(rejected, because=None), (decision(RAVI, Say.REJECT),))))
    assert "A reviewer rejected it." in read(shown(ChangeView(rejected)))


def test_the_worst_evaluator_comes_first_and_says_so_in_words() -> None:
    said = read(shown(ChangeView(change(seen=replace(change().seen, evidence=FAIL)))))
    rows = [line for line in said.split("\n") if line.startswith("| ")]
    assert rows[1] == "| toxicity | 0.01 | 0.04 | +0.03 | worse | 120 | a day |"
    assert rows[2] == "| tone | – | 0.9 | – | the live config has no score to compare with | 120 | unknown |"


def test_five_evaluators_are_shown_and_the_rest_is_counted() -> None:
    many = tuple(Comparison(f"e{n}", f"judge {n}", 0.1, 0.1, Trend.SAME) for n in range(7))
    made = shown(ChangeView(change(seen=replace(change().seen, evidence=replace(PASS, rows=many)))))
    table = next(block for block in made.blocks if block["type"] == "table")
    assert len(table["rows"]) == 6
    assert "And 2 more evaluators: see *Review*." in read(made)


def test_without_evaluations_there_is_a_line_and_no_table() -> None:
    made = shown(ChangeView(change(seen=replace(change().seen, evidence=NOT_PROVEN))))
    assert not any(block["type"] == "table" for block in made.blocks)
    assert "*Evaluations: not proven.*" in read(made)


def test_a_deactivate_shows_neither_evidence_nor_diff() -> None:
    made = shown(ChangeView(change(kind=Kind.DEACTIVATE, target=Nothing(), because=None)))
    said = read(made)
    assert "`config_w` → nothing in `production`" in said
    assert "Evaluations" not in said
    assert "differs" not in said
    assert "Full diff" not in buttons(made)


def test_taking_back_says_that_it_needs_no_evaluation() -> None:
    assert "Rolling back doesn't need a pass." in read(shown(ChangeView(change(kind=Kind.ROLLBACK))))
    assert "Rolling back" not in read(shown(ChangeView(change())))


def test_a_finished_card_is_short() -> None:
    said = read(shown(ChangeView(in_state(State.APPLIED))))
    assert "| " not in said
    assert "What differs" not in said


def test_a_prompt_of_ten_thousand_words_leaves_every_button_in_place() -> None:
    long = Content(messages=(replace(NEW_CONTENT.messages[0], text="& < > ` {{v}} \n" * 10_000),) * 3, model="m" * 999)
    seen = replace(change().seen, target_content=long, evidence=FAIL)
    made = shown(ChangeView(change(seen=seen, because="why " * 5_000)))
    assert buttons(made).keys() > DECISIONS
    assert "… (cut)" in read(made)


def test_nothing_live_before_is_said_plainly() -> None:
    seen = replace(change().seen, base=NOTHING, base_config=None, base_content=None)
    said = read(shown(ChangeView(change(seen=seen))))
    assert "nothing → `config_x` in `production`" in said
    assert "*There is nothing to compare with. Its content:*" in said
    assert seen.target_content is not OLD_CONTENT


def test_age_is_measured_at_the_time_of_asking_so_that_it_stays_true() -> None:
    row = replace(PASS.rows[0], measured_at=change().created_at - timedelta(days=9), doubt=Doubt.OTHER_DATASET)
    seen = replace(change().seen, evidence=replace(PASS, rows=(row,)))
    assert "| 9 days |" in read(shown(ChangeView(change(seen=seen))))


def test_the_answers_to_a_change_of_ones_own() -> None:
    assert told(Applied(change())).text == (
        "`config_x` of `Refund triage` is live in `production`. I read it back to make sure (`ch-142`)."
    )
    assert told(Applied(change(kind=Kind.DEACTIVATE, target=Nothing()))).text.startswith(
        "Nothing of `Refund triage` is live in `production` any more."
    )
    alone = told(AwaitingApproval(change(), 0, 1, posted=True)).text
    assert alone.startswith("`ch-142` is waiting for 1 approval: deploy `config_x`")
    assert "is waiting for 2 more approvals (1 of 3 given)" in told(AwaitingApproval(change(), 1, 3, posted=True)).text
    assert "as soon as Slack lets me" in told(AwaitingApproval(change(), 0, 1, posted=False)).text
    assert told(Rejected(in_state(State.REJECTED))).text.endswith("Nothing was deployed.")
    assert told(Withdrawn(in_state(State.WITHDRAWN))).text.startswith("`ch-142` was withdrawn: deploy")


def test_a_void_outcome_says_what_moved_and_how_to_ask_anew() -> None:
    said = read(told(Void(in_state(State.VOID))))
    assert "What is live there has changed since this change was asked for." in said
    assert "To ask again: `deploy " in said
    assert told(Void(change(state=State.VOID))).text.endswith("Nothing was deployed.")


def test_an_unknown_outcome_is_a_question_to_a_person() -> None:
    made = told(Unknown(in_state(State.UNKNOWN)))
    assert "a person has to look" in made.text
    assert list(buttons(made)) == ["Look again", "Close as failed"]


def test_something_that_moved_elsewhere_is_not_called_harmless() -> None:
    moved = change(state=State.FAILED, problem=Problem(Fault.OTHER_MOVED, "humanloop", "reading back"))
    said = read(shown(ChangeView(moved)))
    assert "Something is live that nobody asked for." in said
    assert "what is live did not change" not in said
