from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.changes import State
from bot.domain.contents import Content, diff
from bot.domain.drift import Baseline, Drift, Ending, Silence, Source
from bot.domain.facts import Adoption, Denied
from bot.domain.live_state import LiveState, Nothing, Off, One, Split
from bot.domain.names import Environment, Project
from bot.domain.notices import DriftView
from bot.domain.outcomes import Adopted, Refused
from bot.domain.policies import decide
from bot.domain.provider_approvals import Moved
from bot.domain.views import Board, BoardCell, BoardRow, ChangeDetail, DriftDetail
from handlers import messages
from handlers.ids import Action
from handlers.messages.boards import cell_line
from handlers.messages.drift import _ENDINGS
from handlers.messages.refusals import _DRIFT_ENDINGS
from tests.handlers.messages.checking import MARK, check, check_view
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import (
    DAY,
    HOUR,
    NEW_CONTENT,
    NOW,
    OLD_CONTENT,
    PRODUCTION,
    PROJECT,
    RAVI,
    STAGING,
    change,
    in_state,
)

W = LiveState(One("config_1", "config_1", "config_w"))
X = LiveState(One("config_2", "config_2", "config_x"))
NOTHING = LiveState(Nothing())


def baseline(served: LiveState = W, **fields: Any) -> Baseline:
    standard = Baseline(*PROJECT.key, PRODUCTION.id, served, NOW - DAY, Source.APPLIED, change().id)
    return replace(standard, **fields)


def drift(**fields: Any) -> Drift:
    standard = Drift(
        "01DRIFT", PROJECT, PRODUCTION, baseline(), X, NOW, was_content=OLD_CONTENT, now_content=NEW_CONTENT
    )
    return replace(standard, **fields)


def card(**fields: Any) -> messages.Message:
    made = messages.drift_card(DriftView(drift(**fields), change()))
    check(made)
    return made


def test_it_says_what_was_what_is_who_did_it_and_what_can_be_done() -> None:
    made = card(moved=Moved(NOW - HOUR, "lena@acorn.example", "hotfix for refunds"))
    assert made.text == (
        "`Refund triage` in `production` was changed outside configbot: `config_w` → `config_x`. "
        "Who: `lena@acorn.example`, <!date^1795161600^{date_short_pretty} {time}|2026-11-20 08:00 UTC>."
    )
    said = read(made)
    assert "`config_w` → `config_x` in `production`." in said
    assert "requested by <@U0ADA> (`ch-142`)" in said
    assert "hotfix for refunds" in said
    assert "variable lost" in said
    assert "*Adopt* accepts what is live now. Nothing is deployed." in said
    assert list(buttons(made)) == ["Adopt", "Restore", "Look"]
    assert buttons(made)["Adopt"]["confirm"]["text"]["text"].endswith("Nothing is deployed.")


def test_buttons_hold_the_id_and_the_version_that_was_shown() -> None:
    found = buttons(card(version=3))
    assert {each["value"] for each in found.values()} == {"1:01DRIFT@3"}
    assert [each["action_id"] for each in found.values()] == [
        Action.DRIFT_ADOPT,
        Action.DRIFT_RESTORE,
        Action.DRIFT_LOOK,
    ]
    assert "it has changed again since" in read(card(version=3))


def test_a_provider_that_does_not_tell_who_did_it_is_said_to_be_so() -> None:
    assert "*Who:* `humanloop` doesn't say. I first saw it" in read(card())


def test_somebody_without_a_name_is_somebody() -> None:
    assert "*Who:* somebody, " in read(card(moved=Moved(NOW)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "live since"),
        ({"source": Source.ADOPTED, "by": "U0RAVI"}, "adopted by <@U0RAVI>"),
        ({"source": Source.SEEN}, "I never changed anything there"),
    ],
)
def test_why_it_was_right_before(fields: dict[str, Any], words: str) -> None:
    assert words in read(card(was=baseline(**fields)))


def test_a_change_that_is_not_kept_any_more_is_left_out() -> None:
    made = messages.drift_card(DriftView(drift()))
    check(made)
    assert "*Before:* live since" in read(made)
    assert "asked for by" not in read(made)


def test_an_edit_in_place_says_so_and_offers_no_restore() -> None:
    made = card(now=LiveState(One("config_1", "config_1/2", "config_w")))
    assert "`config_w` was edited in place in `production`. The same config is live" in read(made)
    assert "I can't restore what was live before" in read(made)
    assert list(buttons(made)) == ["Adopt", "Look"]


def test_one_edit_in_several_environments_names_them_all() -> None:
    edited = drift(now=LiveState(One("config_1", "config_1/2", "config_w")))
    made = messages.drift_card(DriftView(edited, change(), (STAGING,)))
    check(made)
    assert "It is also live in `staging`." in read(made)


def test_a_write_of_ours_that_arrived_late_is_named() -> None:
    late = "It is what `ch-7` asked for. That change counts as failed, but it may have arrived late."
    assert late in read(card(late="ch-7"))


def test_a_rule_that_wins_is_said() -> None:
    made = card(now=replace(W, winning_rules=2))
    assert "Rules that override it: 0 before, 2 now." in read(made)
    assert "Restore" not in buttons(made)


@pytest.mark.parametrize(
    "served", [NOTHING, LiveState(Off()), LiveState(Split((("config_1", 50_000), ("config_2", 50_000))))]
)
def test_where_no_one_config_is_live_there_is_no_diff(served: LiveState) -> None:
    made = card(now=served, now_content=None)
    assert "differs" not in read(made)
    assert "Restore" in buttons(made)


def test_contents_that_could_not_be_read_are_said_to_be_so() -> None:
    assert "I couldn't read the content of the new config, so there is no diff" in read(card(now_content=None))


@pytest.mark.parametrize(
    ("how", "by", "words"),
    [
        (Ending.BACK, "", "What was live before is live again"),
        (Ending.CHANGED, "ch-7", "`ch-7` was applied after that"),
        (Ending.CHANGED, "", "`another change` was applied after that"),
        (Ending.ADOPTED, "U0RAVI", "<@U0RAVI> adopted it, so I accept what is live"),
        (Ending.GONE, "", "no longer exists"),
    ],
)
def test_it_ends_by_itself_without_a_button_that_does_something(how: Ending, by: str, words: str) -> None:
    made = card(ended_at=NOW + HOUR, ended_as=how, ended_by=by)
    assert words in made.text
    assert words in read(made)
    assert list(buttons(made)) == ["Look"]


def test_every_ending_has_words() -> None:
    assert set(_ENDINGS) == set(Ending)
    assert set(_DRIFT_ENDINGS) == set(Ending)


@pytest.mark.parametrize(
    ("how", "by", "words"),
    [
        (Ending.ADOPTED, "U0RAVI", "This is already over: <@U0RAVI> adopted it."),
        (Ending.CHANGED, "ch-7", "This is already over: `ch-7` was applied after it."),
        (Ending.BACK, "", "This is already over: what was live before is live again."),
        (Ending.GONE, "", "This is already over: the project or the environment no longer exists."),
        (Ending.ADOPTED, "", "This is already over: somebody adopted it."),
    ],
)
def test_a_late_click_hears_how_it_ended(how: Ending, by: str, words: str) -> None:
    answer = decide(Adoption(RAVI, drift(ended_at=NOW, ended_as=how, ended_by=by)))
    assert isinstance(answer, Denied)
    made = messages.outcome(Refused(answer.reasons), drafts={})
    check(made)
    assert words in made.text


def test_a_look_shows_everything_that_differs() -> None:
    view = messages.drift_modal(DriftDetail(drift()))
    check_view(view)
    shown = str(view["blocks"])
    assert "Variables lost" in shown
    assert "gpt-4o-mini" in shown
    made = messages.outcome(DriftDetail(drift()), drafts={})
    check(made)
    assert "Variables lost" in read(made)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"was_content": None}, "I couldn't read one of the two contents"),
        ({"now_content": None}, "I couldn't read one of the two contents"),
        ({"now": NOTHING, "now_content": None}, "no single config is live now, so there's nothing to compare with"),
    ],
)
def test_a_look_says_why_there_is_nothing_to_compare(fields: dict[str, Any], words: str) -> None:
    view = messages.drift_modal(DriftDetail(drift(**fields)))
    check_view(view)
    assert words in str(view["blocks"])
    assert words in read(messages.outcome(DriftDetail(drift(**fields)), drafts={}))


def test_what_is_live_where_nothing_was_is_shown_whole() -> None:
    view = messages.drift_modal(DriftDetail(drift(was=baseline(NOTHING), was_content=None)))
    assert "Variables added" in str(view["blocks"])


def test_an_adoption_says_that_nothing_was_deployed() -> None:
    made = messages.outcome(Adopted(drift()), drafts={})
    check(made)
    assert made.text == (
        "From now on I accept what is live for `Refund triage` in `production`: `config_x`. Nothing was deployed."
    )


def test_a_silent_provider_says_what_that_means_and_when_it_answers_again() -> None:
    silent = Silence("01SILENCE", "humanloop", NOW - HOUR, "timed_out")
    made = messages.silence(silent)
    check(made)
    assert "I haven't been able to read `humanloop` since <!date^" in made.text
    assert ">: it did not answer in time. Until it answers" in made.text
    assert "I can't see changes made outside configbot" in made.text
    over = messages.silence(replace(silent, ended_at=NOW))
    check(over)
    assert over.text == "`humanloop` answers again. I compared what is live with what I last knew."


# Where else it is seen


def test_the_board_marks_it_and_says_what_it_was() -> None:
    cell = BoardCell(PRODUCTION, X, known=baseline(), drifted=True)
    assert cell_line(cell) == "`production`: `config_x` · ⚠️ changed outside configbot: it was `config_w`"
    made = messages.outcome(Board((BoardRow(PROJECT, (cell,)),), 1, 1, "deployments"), drafts={})
    check(made)
    assert "`production` `config_x` (changed outside configbot)" in made.text


def test_the_board_says_who_adopted_what_is_live() -> None:
    adopted = baseline(X, source=Source.ADOPTED, by="U0RAVI")
    assert "`config_x`, adopted <!date" in cell_line(BoardCell(PRODUCTION, X, known=adopted))
    assert cell_line(BoardCell(PRODUCTION, W, known=adopted)) == "`production`: `config_w`"
    assert cell_line(BoardCell(PRODUCTION, None, known=adopted)) == "`production`: unreadable"


def test_a_change_says_what_is_live_instead_of_it() -> None:
    detail = ChangeDetail(in_state(State.APPLIED), (), (), diff(OLD_CONTENT, NEW_CONTENT), drift=drift())
    made = messages.outcome(detail, drafts={})
    check(made)
    assert "*Changed outside configbot* since then: `config_x` is live" in read(made)
    view = messages.review_modal(detail)
    check_view(view)
    assert "Changed outside configbot" in str(view["blocks"])


# Whatever its parts hold

names = st.text(max_size=200).map(lambda text: f"{MARK}{text}") | st.sampled_from(
    [f"<!channel> {MARK}", f"`{MARK}`*x*", f"<@U1|{MARK}>", f"{MARK}" * 400]
)
served_things = st.builds(lambda name: LiveState(One(name, name, name), 1), names) | st.just(NOTHING)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(names, served_things, served_things, st.none() | st.sampled_from(Ending), st.booleans())
def test_it_is_valid_small_and_harmless(
    name: str, was: LiveState, now: LiveState, how: Ending | None, told: bool
) -> None:
    project, environment = Project(name, "pr_1", name), Environment(name, "env_1", name)
    content = Content(OLD_CONTENT.messages * 40, name, name, {name: name})
    one = Drift(
        "01DRIFT",
        project,
        environment,
        Baseline(name, "pr_1", "env_1", was, NOW, Source.ADOPTED, by=name),
        now,
        NOW,
        moved=Moved(NOW, name, name) if told else None,
        was_content=content if told else None,
        now_content=NEW_CONTENT,
        ended_at=NOW if how else None,
        ended_as=how,
        ended_by=name,
    )
    check(messages.drift_card(DriftView(one)))
    check_view(messages.drift_modal(DriftDetail(one)))
    for came in (DriftDetail(one), Adopted(one)):
        check(messages.outcome(came, drafts={}))
    check(messages.silence(Silence("01SILENCE", name, NOW, "unreachable", NOW if told else None)))
