from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.changes import Event, Kind, State
from bot.domain.contents import Content, Message, diff
from bot.domain.errors import Code, ResolvableBy
from bot.domain.live_state import Nothing
from bot.domain.notices import HistoryView
from bot.domain.views import ChangeDetail
from handlers import ids, messages
from handlers.ids import Field, View
from tests.handlers.messages.checking import check, check_view
from tests.handlers.messages.reading import buttons, read, read_view
from tests.handlers.messages.samples import (
    ADA,
    NEW_CONTENT,
    OLD_CONTENT,
    RAVI,
    change,
    decision,
    entry,
    in_state,
    reason,
)

DETAIL = ChangeDetail(
    change(),
    (decision(RAVI),),
    (entry(Event.REQUESTED, ADA), entry(Event.APPROVED, RAVI)),
    diff(OLD_CONTENT, NEW_CONTENT),
)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (HistoryView(entry(Event.APPROVED, RAVI), change()), "<@U0RAVI> approved."),
        (HistoryView(entry(Event.WITHDRAWN), change()), "I withdrew it."),
        (HistoryView(entry(Event.APPLIED, ADA), change()), "Live. I read it back, and it took effect."),
        (
            HistoryView(entry(Event.SETTLED, ADA, state="failed"), change()),
            "<@U0ADA> settled it. The change is: failed.",
        ),
        (HistoryView(entry(Event.SETTLED), change()), "It was interrupted, and now I know the result."),
        (
            HistoryView(entry(Event.SUPERSEDED, ADA, by="ch-143"), change()),
            "`ch-143` replaced it. Nothing was deployed.",
        ),
        (HistoryView(entry(Event.REMINDED), change(expires_at=None)), "It is still waiting for approval."),
        (HistoryView(entry(Event.SUPERSEDED), change()), "A later change replaced it. Nothing was deployed."),
        (
            HistoryView(entry(Event.AT_PROVIDER), in_state(State.AT_PROVIDER)),
            "<@U0ADA>, the provider requires its own approval. I asked for it there.",
        ),
        (
            HistoryView(entry(Event.DECLINED), in_state(State.REJECTED)),
            "<@U0ADA>, the approval was declined at the provider. Nothing was deployed.",
        ),
        (
            HistoryView(entry(Event.REQUESTED, ADA), change()),
            "<@U0ADA> wants to deploy `config_x` of `Refund triage` to `production`. It replaces: `config_w`.",
        ),
    ],
)
def test_each_step_is_one_plain_line_in_the_thread(view: HistoryView, said: str) -> None:
    made = messages.history(view)
    check(made)
    assert made.text == f"`ch-142`: {said}"
    assert read(made).endswith(said)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "It is still waiting for approval. It expires 2026-11-21 08:00 UTC."),
        (
            {"stage": "half", "have": "1", "need": "2"},
            "It is still waiting for approval (1 of 2 approvals). It expires 2026-11-21 08:00 UTC.",
        ),
        (
            {"stage": "last", "have": "0", "need": "1"},
            "It expires 2026-11-21 08:00 UTC, and is still waiting for approval (0 of 1 approval).",
        ),
    ],
)
def test_a_thread_is_told_until_when_its_change_waits(facts: dict[str, str], said: str) -> None:
    made = messages.history(HistoryView(entry(Event.REMINDED, None, **facts), change()))
    check(made)
    assert read(made).endswith(said)


def test_a_comment_stands_under_the_line_as_it_was_written() -> None:
    made = messages.history(HistoryView(entry(Event.REJECTED, RAVI, comment="it forgets *the* company"), change()))
    check(made)
    assert read(made).endswith("<@U0RAVI> rejected it.\n> it forgets *the* company")
    assert "“it forgets" in made.text


def test_who_declined_at_the_provider_stands_under_the_line() -> None:
    why = reason(Code.GATE_DECLINED, ResolvableBy.NOBODY, reviewer="ravi@shop.example", wrote="not on a Friday")
    declined = messages.history(HistoryView(entry(Event.DECLINED), replace(in_state(State.REJECTED), reasons=(why,))))
    check(declined)
    assert "`ravi@shop.example` declined the approval that the provider requires" in read(declined)


def test_reasons_and_problems_stand_where_they_arose() -> None:
    void = messages.history(HistoryView(entry(Event.VOIDED), in_state(State.VOID)))
    assert "has changed since this change was asked for" in read(void)
    assert "•" not in read(messages.history(HistoryView(entry(Event.VOIDED), change())))
    failed = messages.history(HistoryView(entry(Event.FAILED), in_state(State.FAILED)))
    assert "> upstream timed out" in read(failed)
    assert "upstream" not in read(messages.history(HistoryView(entry(Event.APPLIED), in_state(State.FAILED))))


def test_one_change_whole_shows_rule_history_and_diff() -> None:
    made = messages.outcome(DETAIL, drafts={})
    check(made)
    said = read(made)
    assert "*Rule:* the built-in rule: one approval by another full member." in said
    assert "• 2026-11-20 09:00 UTC: <@U0RAVI> approved." in said
    assert "*What differs:*" in said
    assert list(buttons(made)) == ["Review"]


def test_one_change_whole_offers_undo_while_it_can_be_undone() -> None:
    live = replace(DETAIL, change=in_state(State.APPLIED), undoable=True)
    made = messages.outcome(live, drafts={})
    assert list(buttons(made)) == ["Review", "Undo"]
    assert "Approved by <@U0RAVI>." in made.text


def test_one_change_whole_shows_why_it_failed() -> None:
    failed = ChangeDetail(in_state(State.FAILED), (), (), DETAIL.diff)
    said = read(messages.outcome(failed, drafts={}))
    assert "> upstream timed out" in said
    assert "Nobody approved it." in said
    assert "*History*" not in said


def test_a_deactivate_whole_has_no_evidence() -> None:
    gone = replace(DETAIL, change=change(kind=Kind.DEACTIVATE, target=Nothing(), because=None))
    said = read(messages.outcome(gone, drafts={}))
    assert "Evaluations" not in said
    assert "nothing is live afterwards" in read_view(messages.review_modal(gone))


def test_the_review_shows_evidence_lost_variables_and_every_word() -> None:
    view = messages.review_modal(DETAIL)
    check_view(view)
    said = read_view(view)
    assert said.startswith("# Review ch-142\n⏳ *Waiting for approval*")
    assert "`accuracy`: 0.81 → 0.86, better (120 datapoints, 2026-11-18 09:00 UTC)" in said
    assert "⚠️ *Variables lost.*" in said
    assert "+{{company}}+" in said
    assert "*Variables added*\n{{order}}" in said
    assert "with+ -{{company}}- +care+. Be brief+ and kind+. Never promise money." in said
    assert "<@U0RAVI> approved." in said
    assert view["callback_id"] == View.REVIEW
    assert view["private_metadata"] == ids.value(change().id)


def test_an_evaluator_of_unknown_age_is_reviewed_without_it() -> None:
    rows = tuple(replace(row, measured_at=None) for row in change().seen.evidence.rows)
    undated = change(seen=replace(change().seen, evidence=replace(change().seen.evidence, rows=rows)))
    assert "better (120 datapoints)" in read_view(messages.review_modal(replace(DETAIL, change=undated)))
    bare = change(seen=replace(undated.seen, evidence=replace(undated.seen.evidence, rows=())))
    assert "accuracy" not in read_view(messages.review_modal(replace(DETAIL, change=bare)))


def test_a_review_without_content_says_so() -> None:
    unread = change(seen=replace(change().seen, target_content=None), because=None)
    said = read_view(messages.review_modal(replace(DETAIL, change=unread)))
    assert "couldn't read the content of the new config, so there is no diff" in said


def test_a_review_of_a_huge_change_stays_a_modal() -> None:
    old = Content(messages=tuple(Message("user", f"old {n} " * 900) for n in range(60)))
    new = Content(messages=tuple(Message("user", f"new {n} " * 900) for n in range(60)))
    view = messages.review_modal(replace(DETAIL, diff=diff(old, new)))
    check_view(view)
    assert "… (cut)" in read_view(view)
    short = Content(messages=tuple(Message("user", f"new {n}") for n in range(60)))
    assert "And 45 more messages" in read_view(messages.review_modal(replace(DETAIL, diff=diff(None, short))))


def test_the_diff_has_a_modal_of_its_own() -> None:
    view = messages.diff_modal(DETAIL)
    check_view(view)
    assert view["title"]["text"] == "Full diff ch-142"
    assert "*Model and settings*" in read_view(view)
    assert "Approvals" not in read_view(view)


def test_rejecting_asks_for_a_comment_that_may_stay_empty() -> None:
    view = messages.reject_modal(change())
    check_view(view)
    assert view["callback_id"] == View.REJECT_COMMENT
    assert view["private_metadata"] == ids.value(change().id)
    assert view["submit"]["text"] == "Reject"
    field = view["blocks"][-1]
    assert (field["block_id"], field["element"]["action_id"]) == (Field.COMMENT, Field.COMMENT)
    assert field["optional"] is True
