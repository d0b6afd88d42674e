"""The life of a change as people live it: asked for, looked at, decided, live, taken back."""

from __future__ import annotations

from tests.bot.features.steps import rewritten
from tests.scenarios.chat import ADA, MIRA, RAVI
from tests.scenarios.stage import Stage


async def test_deploy_is_asked_for_reviewed_approved_live_and_undone(stage: Stage) -> None:
    chat, registry = stage.chat, stage.registry
    await chat.say(ADA, "/deploy config_x to production")
    card = await chat.hears(RAVI, "waiting for approval", private=False)
    assert "`config_w` → `config_x` in `production`" in card.body()
    assert "Evaluations: pass" in card.body()
    assert "Answer matches" in card.body()
    assert "What differs" in card.body()
    assert "gpt-4o-mini" in card.body()
    assert list(card.buttons()) == ["Review", "Approve", "Reject", "Full diff", "Withdraw"]
    assert await registry.live("Support reply") == "config_w"

    await chat.press(RAVI, card, "Review")
    review = await chat.modal(RAVI, "config_x", "gpt-4o-mini")
    assert review["title"]["text"] == "Review ch-1"

    await chat.press(RAVI, card, "Approve")
    live = await chat.card_says(card, "live", "Approved by <@U0RAVI>")
    assert "Approve" not in live.buttons()
    assert await registry.live("Support reply") == "config_x"
    assert await registry.live("Support reply", "staging") == "config_w"
    assert len(stage.line.writes) == 1
    await chat.hears(RAVI, "<@U0RAVI> approved", thread_ts=card.raw["ts"])

    await chat.say(MIRA, "/deployments Support reply")
    await chat.is_told(MIRA, "`production`: `config_x`, since", "by <@U0ADA>", "ch-1")

    await chat.press(ADA, live, "Undo")
    undone = await chat.hears(ADA, "ch-2", "undo the last change", "I read it back, and it took effect", private=False)
    assert "`config_x` → `config_w` in `production`" in undone.body()
    assert await registry.live("Support reply") == "config_w"
    await stage.rests()
    first = await chat.card_says(card, "live")
    assert "Undo" not in first.buttons(), "something was deployed on top"
    assert len(await chat.said(RAVI)) == 2, "two changes, two cards"


async def test_an_undo_after_the_grace_needs_an_approval_of_its_own(stage: Stage) -> None:
    live = await stage.chat.makes_live()
    stage.clock.move(minutes=11)
    await stage.chat.press(ADA, live, "Undo")
    card = await stage.chat.hears(RAVI, "ch-2", "waiting for approval", "undo", private=False)
    assert await stage.registry.live("Support reply") == "config_x"
    await stage.chat.press(MIRA, card, "Approve")
    await stage.chat.card_says(card, "I read it back, and it took effect")
    assert await stage.registry.live("Support reply") == "config_w"


async def test_somebody_else_who_undoes_at_once_needs_an_approval(stage: Stage) -> None:
    live = await stage.chat.makes_live()
    await stage.chat.press(MIRA, live, "Undo")
    await stage.chat.hears(RAVI, "ch-2", "waiting for approval", "undo", private=False)
    assert await stage.registry.live("Support reply") == "config_x"


async def test_what_has_something_on_top_cannot_be_undone(stage: Stage) -> None:
    first = await stage.chat.makes_live()
    await stage.chat.makes_live("/deploy config_v to production")
    await stage.chat.press(ADA, first, "Undo")  # somebody still looks at the card as it was
    await stage.chat.is_told(ADA, "Something else was deployed on top of it", "rollback")
    assert await stage.registry.live("Support reply") == "config_v"


async def test_whoever_asked_cannot_approve_and_is_told_who_can(stage: Stage) -> None:
    card = await stage.chat.asks()
    await stage.chat.press(ADA, card, "Approve")
    await stage.chat.is_told(ADA, "You can't approve or reject your own change", "another full member")
    await stage.chat.press(ADA, card, "Reject")
    await stage.rests()
    assert len(await stage.chat.answers(ADA)) == 2
    assert await stage.registry.live("Support reply") == "config_w"
    assert (await stage.chat.card_says(card, "waiting for approval")).buttons().keys() >= {"Approve", "Reject"}


async def test_a_second_approval_is_answered_with_who_was_first(stage: Stage) -> None:
    card = await stage.chat.asks()
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "I read it back, and it took effect")
    await stage.chat.press(MIRA, card, "Approve")
    await stage.chat.is_told(MIRA, "The change is now: live", "<@U0RAVI>", "Nothing was changed")
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.is_told(RAVI, "The change is now: live", "each person has one vote")
    assert len(stage.line.writes) == 1


async def test_a_rejection_says_why_in_the_thread(stage: Stage) -> None:
    card = await stage.chat.asks()
    await stage.chat.press(RAVI, card, "Reject")
    form = await stage.chat.modal(RAVI, "Why?")
    assert (await stage.chat.submit(RAVI, form, type_comment="Too chatty for <!channel> & *friends*"))["ok"]
    over = await stage.chat.card_says(card, "Rejected", "<@U0RAVI> rejected it", "Too chatty")
    assert "<!channel>" not in f"{over.text} {over.body()}"
    assert not over.buttons().keys() & {"Approve", "Reject", "Withdraw"}
    await stage.chat.hears(ADA, "Too chatty", thread_ts=card.raw["ts"])
    await stage.chat.is_told(RAVI, "was rejected", "Nothing was deployed")
    await stage.chat.press(MIRA, card, "Approve")
    await stage.chat.is_told(MIRA, "The change is now: rejected", "<@U0RAVI>")
    assert await stage.registry.live("Support reply") == "config_w"


async def test_a_change_is_withdrawn_by_whoever_asked_and_nobody_else(stage: Stage) -> None:
    card = await stage.chat.asks()
    await stage.chat.press(MIRA, card, "Withdraw")
    await stage.chat.is_told(MIRA, "Only the person who asked for a change can withdraw it")
    await stage.chat.press(ADA, card, "Withdraw")
    over = await stage.chat.card_says(card, "Withdrawn", "Nothing was deployed")
    assert 'To ask again: `deploy config_x of "Support reply" to production`' in over.body()
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.is_told(RAVI, "The change is now: withdrawn", "<@U0ADA>")
    assert not stage.line.writes


async def test_a_rollback_supersedes_what_waits_and_both_cards_say_so(stage: Stage) -> None:
    before = await stage.chat.asks("/deploy config_v to production")
    await stage.chat.press(RAVI, before, "Approve")
    before = await stage.chat.card_says(before, "I read it back, and it took effect")
    await stage.chat.press(ADA, before, "Undo")
    await stage.chat.hears(ADA, "`ch-2`: live")
    waiting = await stage.chat.asks()
    back = await stage.chat.asks("/rollback Support reply in production to config_v")
    over = await stage.chat.card_says(waiting, "Superseded", "Nothing was deployed")
    assert "Approve" not in over.buttons()
    await stage.chat.hears(ADA, "`ch-4` replaced it", thread_ts=waiting.raw["ts"])
    await stage.chat.press(RAVI, waiting, "Approve")
    await stage.chat.is_told(RAVI, "The change is now: superseded")
    await stage.chat.press(RAVI, back, "Approve")
    await stage.chat.card_says(back, "I read it back, and it took effect")
    assert await stage.registry.live("Support reply") == "config_v"


async def test_a_second_deploy_is_refused_with_a_look_at_the_first(stage: Stage) -> None:
    await stage.chat.asks()
    await stage.chat.say(MIRA, "/deploy config_v to production")
    refused = await stage.chat.is_told(MIRA, "`ch-1` is open for the same project and environment")
    await stage.chat.press(MIRA, refused, "Show ch-1")
    await stage.chat.modal(MIRA, "config_x")
    assert len(await stage.chat.said(MIRA)) == 1


async def test_a_rollback_goes_to_what_was_live_before(stage: Stage) -> None:
    await stage.chat.makes_live()
    card = await stage.chat.asks("/rollback Support reply in production")
    assert "`config_x` → `config_w` in `production`" in card.body()
    await stage.chat.press(RAVI, card, "Approve")
    await stage.chat.card_says(card, "I read it back, and it took effect")
    assert await stage.registry.live("Support reply") == "config_w"


async def test_a_rollback_without_history_asks_for_the_config(stage: Stage) -> None:
    await stage.chat.say(ADA, "/rollback Support reply in production")
    await stage.chat.is_told(ADA, "I don't know what was live there before", "rollback PROJECT in ENV to CONFIG")


async def test_promoting_takes_over_what_the_source_runs(stage: Stage) -> None:
    card = await stage.chat.asks("/promote Refund triage from staging to production")
    assert "`triage v3` → `triage v4` in `production`" in card.body()
    assert "Evaluations: fail" in card.body()
    assert "It scores worse on `Polite enough` than what is live" in card.body()
    await stage.chat.press(MIRA, card, "Approve")
    await stage.chat.card_says(card, "I read it back, and it took effect")
    assert await stage.registry.live("Refund triage") == "triage v4"


async def test_deactivating_leaves_nothing_live_there_and_nowhere_else(stage: Stage) -> None:
    card = await stage.chat.asks("/deactivate Support reply in production because we move to another model")
    assert "`config_w` → nothing in `production`" in card.body()
    assert "we move to another model" in card.body()
    await stage.chat.press(RAVI, card, "Approve")
    live = await stage.chat.card_says(card, "deactivated", "I read it back, and it took effect")
    assert "It removes: `config_w`" in live.text
    assert await stage.registry.live("Support reply") is None
    assert await stage.registry.live("Support reply", "staging") == "config_w"
    await stage.chat.press(ADA, live, "Undo")
    await stage.chat.hears(ADA, "ch-2", "I read it back, and it took effect")
    assert await stage.registry.live("Support reply") == "config_w"


async def test_an_open_environment_needs_no_approval(stage: Stage) -> None:
    card = await stage.chat.asks("/deploy config_x to staging")
    await stage.chat.card_says(card, "I read it back, and it took effect")
    assert await stage.registry.live("Support reply", "staging") == "config_x"
    assert await stage.registry.live("Support reply") == "config_w"


async def test_an_approval_that_nobody_gives_runs_out(stage: Stage) -> None:
    card = await stage.chat.asks()
    stage.clock.move(hours=25)
    await stage.chat.press(RAVI, card, "Approve")  # before the sweep has seen it
    await stage.chat.is_told(RAVI, "The time to approve this change has run out")
    await stage.time_passes(seconds=1)
    over = await stage.chat.card_says(card, "Expired", "Nobody decided in time")
    assert "Approve" not in over.buttons()
    await stage.chat.press(MIRA, card, "Approve")
    await stage.chat.is_told(MIRA, "The change is now: expired")
    assert not stage.line.writes


async def test_one_change_is_told_whole(stage: Stage) -> None:
    card = await stage.chat.makes_live()
    await stage.chat.press(MIRA, card, "Full diff")
    await stage.chat.modal(MIRA, "Full diff ch-1", "gpt-4o-mini")
    for line in ("/configbot change ch-1", "/configbot change 1"):
        await stage.chat.say(MIRA, line)
        told = await stage.chat.is_told(MIRA, "`ch-1`: live", "History", "<@U0RAVI> approved")
        assert "Undo" in told.buttons()
    await stage.chat.say(MIRA, "/configbot changes Support reply in production")
    await stage.chat.is_told(MIRA, "1 change", "`ch-1` live")


async def test_approvals_lists_what_waits_for_me_and_not_my_own(stage: Stage) -> None:
    await stage.chat.asks()
    await stage.chat.say(RAVI, "/approvals")
    told = await stage.chat.is_told(RAVI, "1 change waiting for approval", "`ch-1`")
    await stage.chat.press(RAVI, told, "Review")
    await stage.chat.modal(RAVI, "config_x")
    await stage.chat.say(ADA, "/approvals")
    await stage.chat.is_told(ADA, "Nothing is waiting for you")


async def test_explaining_changes_nothing(stage: Stage) -> None:
    for line, words in (
        ("deploy config_x to production", "it would wait for 1 approval"),
        ("deploy config_x to staging", "I would do it right away"),
        ("deploy config_w to production", "I would refuse it"),
        ("deployments", "changes nothing"),
    ):
        await stage.chat.say(ADA, f"/configbot explain {line}")
        await stage.chat.is_told(ADA, words)
    assert await stage.chat.said(ADA) == []
    assert not stage.line.writes


async def test_a_button_of_another_version_deploys_nothing_and_says_so(stage: Stage) -> None:
    """Promise: a deploy that names nothing is refused, from whatever draft."""
    chat, registry = stage.chat, stage.registry
    await chat.say(ADA, "/deploy config_x to prodction")
    question = await chat.is_told(ADA, "prodction")
    await rewritten(stage.bot.ctx.store, lambda text: text.replace('"line"', '"wish"'))
    await chat.press(ADA, question, "production")
    await chat.is_told(ADA, "That button is from another version of me", "Type the line again.")
    assert await registry.live("Support reply") == "config_w"
    assert stage.line.writes == []

    await chat.say(ADA, "/deploy config_x to production")
    await chat.hears(RAVI, "waiting for approval", private=False)
    await stage.rests()
