from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.contents import Content, Message, diff
from bot.domain.evaluations import Comparison, Doubt, Evidence, Trend, Verdict
from bot.domain.names import Environment, Project
from bot.domain.views import Against, ConfigComparison, ConfigDetail, ConfigList, ConfigRow, LiveIn
from handlers import ids, messages
from tests.handlers.messages.checking import check, check_view
from tests.handlers.messages.reading import buttons, read
from tests.handlers.messages.samples import (
    FAIL,
    NEW,
    NEW_CONTENT,
    NOW,
    OLD,
    OLD_CONTENT,
    PASS,
    PRODUCTION,
    PROJECT,
    SEEN,
    STAGING,
)

LIST = 'config list "Refund triage"'
NEVER = Evidence(Verdict.NOT_PROVEN, doubts=(Doubt.NEVER_RUN,))
DETAIL = ConfigDetail(PROJECT, NEW, NEW_CONTENT, (), PASS, (Against((PRODUCTION,), SEEN.base, PASS),), LIST)


def told(came: Any) -> messages.Message:
    drafts = {line: f"draft of {line}" for line in messages.lines_of(came)}
    made = messages.outcome(came, drafts=drafts)
    check(made)
    return made


def test_a_config_is_shown_with_its_prompt_as_it_is() -> None:
    made = told(DETAIL)
    assert made.text == (
        "`config_x` of `Refund triage`: 2 messages on model `gpt-4o`, not live anywhere; "
        "scores: `accuracy` 0.86, `latency` 1.4; "
        "against `config_w`, live in `production`: no evaluator scores it worse."
    )
    said = read(made)
    assert "*`config_x`* of `Refund triage` · `config_2`" in said
    assert "• temperature: `0.7`" in said
    assert "• provider: `openai`" in said
    assert "• variables: `{{order}}, {{request}}`" in said
    assert "{{request}}\nOrder: {{order}}" in said


def test_its_scores_stand_beside_those_of_what_is_live() -> None:
    said = read(told(DETAIL))
    assert "*Scores* against `config_w`, live in `production`: no evaluator scores it worse." in said
    assert "• `accuracy`: 0.81 → 0.86, better (120 datapoints)" in said


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (FAIL, "`production`: worse in `toxicity`"),
        (NEVER, "not proven, because it was never evaluated"),
        (Evidence(Verdict.NOT_PROVEN), "not proven, because no evaluator could be compared"),
        (Evidence(Verdict.NOT_AVAILABLE), "the provider keeps no evaluations"),
    ],
)
def test_what_a_comparison_came_to_is_said_in_words(evidence: Evidence, words: str) -> None:
    assert words in told(replace(DETAIL, against=(Against((PRODUCTION,), SEEN.base, evidence),))).text


def test_a_row_that_cannot_be_compared_says_why() -> None:
    row = Comparison("e1", "accuracy", None, 0.86, Trend.UNCOMPARED, Doubt.LIVE_NEVER_RUN, 120, NOW)
    against = Against((STAGING,), SEEN.base, Evidence(Verdict.NOT_PROVEN, (row,), (Doubt.LIVE_NEVER_RUN,)))
    said = read(told(replace(DETAIL, against=(against,))))
    assert "• `accuracy`: – → 0.86, the live config has no score to compare with (120 datapoints)" in said


def test_more_configs_that_are_live_than_fit_are_counted() -> None:
    several = tuple(Against((Environment("humanloop", f"env_{n}", f"e{n}"),), SEEN.base, PASS) for n in range(5))
    assert "And 2 more configs live elsewhere, not compared here." in read(told(replace(DETAIL, against=several)))


def test_what_an_ai_config_holds_more_is_shown() -> None:
    content = replace(NEW_CONTENT, judges={"tone": 0.1, "facts": 1.0})
    none = Evidence(Verdict.NOT_AVAILABLE)
    against = (Against((PRODUCTION,), SEEN.base, none),)
    shown = replace(DETAIL, content=content, noun="AI Config", scores=none, against=against)
    made = told(replace(shown, config=replace(NEW, is_archived=True)))
    assert "*`config_x`* of `Refund triage` · `config_2` · `humanloop` · AI Config" in read(made)
    assert "• judges: `tone 10 %, facts 100 %`" in read(made)
    assert "It is not live anywhere. Archived, so it can't be deployed." in read(made)
    assert made.text.count("keeps no evaluations") == 1, "nothing is compared where nothing is kept"


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (NEVER, "It was never evaluated."),
        (Evidence(Verdict.NOT_PROVEN, doubts=(Doubt.UNREADABLE,)), "I couldn't read the evaluations."),
        (Evidence(Verdict.NOT_PROVEN, doubts=(Doubt.STILL_RUNNING,)), "An evaluation of it is still running."),
        (Evidence(Verdict.NOT_PROVEN), "It has no score."),
        (Evidence(Verdict.NOT_AVAILABLE), "The provider keeps no evaluations."),
    ],
)
def test_a_config_without_scores_says_why(evidence: Evidence, words: str) -> None:
    assert words in read(told(replace(DETAIL, scores=evidence)))


def test_what_is_live_everywhere_shows_its_own_scores() -> None:
    live = (LiveIn(PRODUCTION), LiveIn(STAGING, whole=False))
    made = told(replace(DETAIL, live_in=live, against=()))
    assert "live in `production`, `staging` (part of the traffic); scores: `accuracy` 0.86" in made.text
    assert "*Its scores*\n• `accuracy`: 0.86 (120 datapoints)" in read(made)


def test_tools_the_response_format_and_everything_set_are_named() -> None:
    settings = {f"p{number}": number for number in range(15)}
    content = Content(
        vendor="openai",
        parameters=settings,
        tools={"search": {}, "refund": {}},
        response_format={"type": "json_object"},
    )
    said = read(told(replace(DETAIL, content=content)))
    assert "• p12: `12`" in said
    assert "• and 3 more settings" in said
    assert "• tools: `search, refund`" in said
    assert "• variables: `none`" in said
    few = read(told(replace(DETAIL, content=replace(content, parameters={"stop": ["\n"]}))))
    assert '• response_format: `{"type": "json_object"}`' in few


def test_what_can_be_looked_at_next_is_a_button() -> None:
    found = buttons(told(DETAIL))
    assert found["Configs of this project"]["value"] == ids.value(f"draft of {LIST}")


def test_a_config_without_a_model_and_with_endless_prompts_is_cut_visibly() -> None:
    long = Content(messages=tuple(Message("user", "word " * 500) for _ in range(12)))
    assert "… (cut)" in read(told(replace(DETAIL, content=long)))
    many = Content(messages=tuple(Message("user", "hello") for _ in range(12)))
    made = told(replace(DETAIL, content=many))
    assert "And 2 more messages … (cut)" in read(made)
    assert made.text.startswith("`config_x` of `Refund triage`: 12 messages, not live anywhere")


ROWS = (
    ConfigRow(OLD, "gpt-4o-mini", (LiveIn(PRODUCTION),), PASS, "config show config_w"),
    ConfigRow(NEW, "", (), NEVER, "config show config_x"),
)


def test_the_configs_of_a_project_are_listed_each_with_a_button() -> None:
    made = told(ConfigList(PROJECT, ROWS, 2, 1, 1, LIST))
    assert made.text == (
        "2 configs of `Refund triage`, page 1 of 1: `config_w` live in `production`; `config_x` not live anywhere."
    )
    said = read(made)
    assert "*`config_w`* · `gpt-4o-mini` · live in `production`\n`config_1` · scores: `accuracy` 0.86" in said
    assert said.count("[Show]") == 2
    assert "*`config_x`* · not live anywhere\n`config_2` · it was never evaluated  [Show]" in said
    values = [block["accessory"]["value"] for block in made.blocks if "accessory" in block]
    assert values == [ids.value(f"draft of {row.line}") for row in ROWS]


def test_a_long_list_turns_pages_and_has_a_button_in_every_row() -> None:
    rows = tuple(replace(ROWS[1], line=f"config show c{number}") for number in range(8))
    shown = ConfigList(PROJECT, rows, 30, 2, 4, LIST)
    made = told(shown)
    assert {"Previous page", "Next page", "Show"} <= set(buttons(made))
    assert len(messages.lines_of(shown)) == 10
    assert "Page 2 of 4" in read(made)


def test_buttons_without_a_draft_are_left_out() -> None:
    made = messages.outcome(ConfigList(PROJECT, ROWS, 2, 1, 1, LIST), drafts={})
    check(made)
    assert buttons(made) == {}


def test_a_project_without_configs_says_so() -> None:
    assert told(ConfigList(PROJECT, (), 0, 1, 1, LIST)).text == "`Refund triage` has no configs."


KEPT_NOWHERE = Evidence(Verdict.NOT_AVAILABLE)
DIFF = "config diff config_w with config_x"


def test_how_two_configs_differ_is_said_in_short_and_shown_whole() -> None:
    made = told(ConfigComparison((PROJECT, OLD), (PROJECT, NEW), diff(OLD_CONTENT, NEW_CONTENT), KEPT_NOWHERE, DIFF))
    assert made.text == (
        "`config_w` → `config_x` of `Refund triage`. They differ in: variables lost (`company`); "
        "settings (`model`, `temperature`); variables added (`order`); 2 messages."
    )
    said = read(made)
    assert "⚠️ *Variables lost.*" in said
    assert "• model: `gpt-4o-mini` → `gpt-4o`" in said
    assert "`config_1` → `config_2`" in said


def test_configs_that_differ_in_a_setting_alone_say_no_number_of_messages() -> None:
    warmer = replace(OLD_CONTENT, model="gpt-4o")
    made = told(ConfigComparison((PROJECT, OLD), (PROJECT, NEW), diff(OLD_CONTENT, warmer), KEPT_NOWHERE, DIFF))
    assert made.text == "`config_w` → `config_x` of `Refund triage`. They differ in: settings (`model`)."


def test_configs_of_two_projects_are_named_with_both() -> None:
    other = Project("humanloop", "pr_2", "Search")
    made = told(ConfigComparison((PROJECT, OLD), (other, NEW), diff(NEW_CONTENT, NEW_CONTENT), KEPT_NOWHERE, DIFF))
    assert made.text == "`config_w` of `Refund triage` → `config_x` of `Search`. Both have the same content."


def test_a_diff_that_is_too_long_shows_its_beginnings() -> None:
    old = Content(messages=tuple(Message("user", f"{number} " + "old words " * 300) for number in range(8)))
    new = Content(messages=tuple(Message("user", f"{number} " + "new words " * 300) for number in range(8)))
    said = read(told(ConfigComparison((PROJECT, OLD), (PROJECT, NEW), diff(old, new), KEPT_NOWHERE, DIFF)))
    assert "*What differs* (the start of each):" in said
    assert "more difference" not in said
    many = replace(old, messages=old.messages * 3), replace(new, messages=new.messages * 3)
    assert "And 4 more differences." in read(
        told(ConfigComparison((PROJECT, OLD), (PROJECT, NEW), diff(*many), KEPT_NOWHERE, DIFF))
    )


def compared(verdict: Verdict, *doubts: Doubt, rows: tuple[Comparison, ...] = ()) -> ConfigComparison:
    found = diff(OLD_CONTENT, NEW_CONTENT)
    return ConfigComparison((PROJECT, OLD), (PROJECT, NEW), found, Evidence(verdict, rows, doubts), DIFF)


WORSE = Comparison("evfn_1", "accuracy", 0.9, 0.8, Trend.WORSE, datapoints=40)
ALONE = Comparison("evfn_2", "tone", None, 0.5, Trend.UNCOMPARED, Doubt.OTHER_DATASET, datapoints=7)


def test_how_two_configs_scored_stands_beside_their_diff() -> None:
    shown = compared(Verdict.FAIL, rows=(WORSE, ALONE))
    made = told(shown)
    assert made.text.endswith("The second scored worse in `accuracy`.")
    (found,) = [block for block in made.blocks if block["type"] == "table"]
    texts = [[cell["text"] for cell in row] for row in found["rows"]]
    assert texts[1:] == [
        ["accuracy", "0.9", "0.8", "−0.1", "worse", "40"],
        ["tone", "–", "0.5", "–", "measured on different datasets", "7"],
    ]
    assert buttons(made)["Full diff"]["value"] == ids.value(f"draft of {DIFF}")
    view = messages.comparison_modal(shown)
    check_view(view)
    assert "`accuracy`: 0.9 → 0.8, worse (40 datapoints)" in read(messages.Message("", tuple(view["blocks"])))


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (compared(Verdict.PASS, rows=(WORSE,)), "The second scored no worse in any evaluator."),
        (compared(Verdict.NOT_PROVEN, Doubt.NEVER_RUN), "can't be compared: the second was never evaluated."),
        (compared(Verdict.NOT_PROVEN), "can't be compared: no evaluator judged both."),
    ],
)
def test_what_the_scores_of_two_configs_say_is_a_sentence(shown: ConfigComparison, said: str) -> None:
    assert said in told(shown).text
    check_view(messages.comparison_modal(shown))


def test_where_nothing_differs_there_is_no_full_diff() -> None:
    alike = ConfigComparison((PROJECT, OLD), (PROJECT, NEW), diff(OLD_CONTENT, OLD_CONTENT), KEPT_NOWHERE, DIFF)
    assert buttons(told(alike)) == {}
    check_view(messages.comparison_modal(alike))
