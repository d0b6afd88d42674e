from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.drafts import Drafts
from bot.domain.errors import Code, Fault, Problem, ResolvableBy
from bot.domain.outcomes import Ambiguous, EnvironmentMissing, Failed, NotFound, NotYet, Refused
from bot.domain.views import Suggestion, Unread
from bot.features.forms import FieldProblem
from bot.grammar.commands import Misunderstood
from handlers import ids, messages
from handlers.ids import Action
from handlers.messages.errors import MISUNDERSTANDINGS
from tests.handlers.messages.checking import check
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import NOW, PROBLEM, change, reason

NEAR = (
    Suggestion("production", "deploy config_x to production"),
    Suggestion("staging", "deploy config_x to staging"),
)
DRAFTS: Drafts = {each.line: f"draft-{each.label}" for each in NEAR}


def told(came: Any, drafts: Drafts | None = None) -> messages.Message:
    made = messages.outcome(came, drafts=drafts or {})
    check(made)
    return made


def test_what_is_live_now_and_that_it_was_changed_outside_is_said_when_it_is_known() -> None:
    assert "since this change was asked for. Ask" in read(told(Refused((reason(Code.TARGET_CHANGED),))))
    said = read(told(Refused((reason(Code.TARGET_CHANGED, now="config_y", drift="d1"),))))
    assert "since this change was asked for: it is now `config_y`. Somebody changed it outside configbot" in said


def test_a_refusal_names_every_check_and_who_can_lift_it() -> None:
    found = (reason(Code.GUEST, ResolvableBy.WORKSPACE_ADMIN), reason(Code.OPEN_CHANGE, change="01ABC", number=7))
    made = told(Refused(found))
    said = read(made)
    assert "⛔ *Not done, for 2 reasons.* Nothing was changed." in said
    assert "You have a guest account" in said
    assert "Who can help: a workspace admin." in said
    assert "`withdraw ch-7`" in said
    assert "guest account" in made.text
    assert "`ch-7` is open" in made.text


def test_the_change_in_the_way_opens_with_a_button() -> None:
    made = told(Refused((reason(Code.OPEN_CHANGE, change="01ABC", number=7),)))
    assert buttons(made)["Show ch-7"]["value"] == ids.value("01ABC")
    nameless = told(Refused((reason(Code.OPEN_CHANGE, change="01ABC"),)))
    assert "Show the open change" in buttons(nameless)
    assert "Another change is open" in nameless.text


def test_a_refusal_about_a_change_names_it_once() -> None:
    made = told(Refused((reason(Code.OPEN_CHANGE, change=change().id, number=142),), change()))
    assert list(buttons(made)) == ["Show ch-142"]
    assert made.text.startswith("`ch-142`: not done.")


def test_a_name_that_was_only_looked_up_is_not_said_to_have_deployed_nothing() -> None:
    made = told(NotFound("config", "config_z", NEAR[:1], only_looked=True))
    assert made.text == "There is no config `config_z`. Similar: `production`."
    assert "Nothing was deployed" not in read(made)


def test_a_question_about_a_line_that_only_looks_does_not_say_that_nothing_was_deployed() -> None:
    for question in (Ambiguous("triage", NEAR, only_looked=True), EnvironmentMissing(NEAR, only_looked=True)):
        made = told(question)
        assert "Nothing was deployed" not in made.text + read(made)


@pytest.mark.parametrize("used", [Code.BUTTON_USED, Code.STATE_MOVED])
def test_a_second_press_does_not_say_that_the_first_changed_nothing(used: Code) -> None:
    made = told(Refused((reason(used, ResolvableBy.NOBODY),)))
    for said in (made.text, read(made)):
        assert "Nothing was changed" not in said
        assert "Nothing more was changed." in said
    assert "project list" not in read(made), "the button may be one that replaces a split"


def test_who_asked_in_no_channel_is_told_to_type_it_in_one_and_not_to_invite_me() -> None:
    said = read(told(Refused((reason(Code.NO_CHANNEL),))))
    assert "Type it in the channel where people should see and approve it." in said
    assert "/invite" not in said


def test_a_refusal_without_reasons_is_still_an_answer() -> None:
    assert told(Refused(())).text == "Not done. Nothing was changed."


def test_the_button_behind_a_late_click_shows_how_the_change_stands() -> None:
    made = told(Refused((reason(Code.TOO_LATE, ResolvableBy.NOBODY, state="applied"),), change()))
    assert "The change is now: live." in made.text
    assert "Nobody here can override this" in read(made)


def test_a_fault_says_who_what_and_what_next() -> None:
    made = told(Failed(PROBLEM))
    said = read(made)
    assert made.text == "That didn't work: `humanloop` did not answer in time (HTTP 504). Nothing was changed."
    assert "> upstream timed out" in said
    assert "I was doing this: `making config_x live in production`" in said
    assert "`r-7f3k2q`" in said


@pytest.mark.parametrize(
    "fault", [Fault.CUT_AFTER_WRITE, Fault.TIMED_OUT, Fault.UNAVAILABLE, Fault.UNINTELLIGIBLE], ids=str
)
def test_a_write_whose_answer_was_lost_may_have_happened_and_is_to_be_looked_at(fault: Fault) -> None:
    made = told(Failed(Problem(fault, "humanloop", "setting the status"), look="evaluation ev_1"))
    said = read(made)
    assert made.text.endswith("It may or may not have happened. Look before you try again: `evaluation ev_1`.")
    assert "It may or may not have happened." in said
    assert "Look before you try again: `evaluation ev_1`" in said
    assert "Nothing was changed" not in said
    assert "Try again in" not in said


def test_a_fault_of_a_change_names_and_shows_it() -> None:
    made = told(Failed(Problem(Fault.CONFLICT, "humanloop", ""), change()))
    assert made.text.startswith("`ch-142` failed: `humanloop` says that something else is in the way.")
    assert list(buttons(made)) == ["Show"]
    assert "While" not in read(made)


def test_an_unknown_name_deploys_nothing_and_offers_near_matches() -> None:
    made = told(NotFound("environment", "prodction", NEAR, ("production", "staging")), DRAFTS)
    assert made.text == (
        "There is no environment `prodction`. Nothing was deployed or changed. Similar: `production`, `staging`."
    )
    found = buttons(made)
    assert found["production"]["value"] == ids.value("draft-production")
    assert [each["action_id"] for each in found.values()] == [f"{Action.RUN_LINE}/1", f"{Action.RUN_LINE}/2"]
    assert "I know these: `production`, `staging`" in read(made)


def test_a_list_of_names_that_may_be_cut_does_not_claim_to_be_whole() -> None:
    made = told(NotFound("project", "refunds", known=tuple(f"project {each}" for each in range(10))))
    assert "Some of those that I know: `project 0`" in read(made)
    assert "I know these" not in read(made)


def test_a_name_like_no_other_is_found_by_a_line() -> None:
    assert "`changes` shows the latest changes." in read(told(NotFound("change", "ch-999")))
    assert "`evaluations` shows" in read(told(NotFound("evaluation", "nope")))


def test_an_unknown_name_may_be_one_of_a_provider_that_cannot_be_read() -> None:
    unread = (Unread(Problem(Fault.UNREACHABLE, "shop", "reading"), NOW),)
    made = told(NotFound("project", "triag", NEAR, unread=unread), DRAFTS)
    assert made.text.startswith("There is no project `triag` in what I can read. Nothing was deployed")
    assert "I haven't been able to read `shop` since" in made.text
    assert "⚠️ I haven't been able to read `shop` since" in read(made)


def test_an_unknown_name_without_anything_near_says_only_that() -> None:
    made = told(NotFound("provider", "humanlop"))
    assert read(made).split("\n")[0] == "There is no provider `humanlop`. Nothing was deployed or changed."
    assert not buttons(made)
    assert len(made.blocks) == 1


def test_what_can_mean_several_things_is_a_question() -> None:
    made = told(Ambiguous("triage", NEAR), DRAFTS)
    assert made.text.startswith("`triage` can mean several things. Which one do you mean? Nothing was deployed")
    assert list(buttons(made)) == ["production", "staging"]
    assert "• `deploy config_x to staging`" in read(made)


def test_no_environment_is_a_question_and_never_production() -> None:
    made = told(EnvironmentMissing(NEAR), DRAFTS)
    assert made.text.startswith("Which environment do you mean? Nothing was deployed or changed.")
    assert all(each.get("style") is None for each in buttons(made).values())
    assert "environment" in told(EnvironmentMissing(())).text


def test_more_choices_than_buttons_are_counted() -> None:
    many = tuple(Suggestion(f"env {n}", f"deploy x to e{n}") for n in range(11))
    made = told(EnvironmentMissing(many), {each.line: each.label for each in many})
    assert len(buttons(made)) == 8
    assert "And 3 more." in read(made)


def test_a_line_without_a_draft_has_no_button_and_is_still_shown() -> None:
    made = told(Ambiguous("triage", NEAR), {NEAR[0].line: "d1"})
    assert list(buttons(made)) == ["production"]
    assert NEAR[1].line in read(made)


@pytest.mark.parametrize("problem", [*MISUNDERSTANDINGS, "a_new_one"])
def test_every_way_to_misunderstand_has_words(problem: str) -> None:
    made = messages.misunderstood(Misunderstood("deply x", problem, "deply"), {})
    check(made)
    assert "Nothing was deployed or changed." in made.text
    assert "`help` shows everything you can type." in read(made)


def test_a_wrong_line_gets_usage_near_match_and_example() -> None:
    near = ("deploy config_x to production",)
    found = Misunderstood(
        "deply config_x", "unknown_verb", "deply", "deploy CONFIG to ENV", "deploy config_x to staging", near
    )
    made = messages.misunderstood(found, {near[0]: "d1"})
    check(made)
    said = read(made)
    assert "*I don't know `deply`.*" in said
    assert "• Type it like this: `deploy CONFIG to ENV`" in said
    assert "• For example: `deploy config_x to staging`" in said
    assert buttons(made)["deploy config_x to production"]["value"] == ids.value("d1")


def test_small_answers_say_that_nothing_was_changed() -> None:
    for made in (
        messages.not_yet("lock production"),
        told(NotYet("lock production")),
        messages.shutting_down(),
        messages.outdated_button(),
        messages.try_again(),
    ):
        check(made)
        assert made.text.endswith("Nothing was changed.")


def test_a_fault_of_our_own_gives_a_reference_and_no_blame() -> None:
    made = messages.apology("r-7f3k2q")
    check(made)
    assert "`r-7f3k2q`" in made.text
    assert "It's not because of what you typed." in made.text


def test_what_takes_long_gives_a_sign_of_life() -> None:
    assert messages.working("reading what is live").text == "I'm working on it: `reading what is live`"


@pytest.mark.parametrize("problem", ["missing", "gone", "other_provider", "same", "a_new_one"])
def test_a_field_that_cannot_be_sent_says_what_to_pick(problem: str) -> None:
    assert "ick" in messages.field_problem(FieldProblem("config", problem))


def test_a_word_that_can_mean_one_thing_is_asked_about_plainly() -> None:
    one = Suggestion("triage in production", "rollback triage in production")
    made = told(Ambiguous("production", (one,)), {one.line: "draft"})
    assert made.text.startswith("Did you mean this by `production`? Nothing was deployed")


def test_what_a_provider_said_is_told_from_what_we_saw() -> None:
    seen = Problem(Fault.TIMED_OUT, "main", "reading", detail="no answer within 10 s")
    assert "Details:" in read(told(Failed(seen)))
    assert "Its answer:" in read(told(Failed(replace(seen, said=True))))


def test_a_message_without_its_buttons_says_so_where_there_is_room() -> None:
    short = messages.Message("Short.", ({"type": "divider"},))
    assert "I left out the buttons" in str(messages.without_buttons(short).blocks[-1])
    long = messages.Message("x" * 9_000, ({"type": "divider"},))
    assert messages.without_buttons(long) == long
