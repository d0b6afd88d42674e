from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from handlers.messages import blocks
from tests.handlers.messages.samples import ADA


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("config_x", "`config_x`"),
        ("`rm`", "`'rm'`"),
        ("<!channel> & co", "`&lt;!channel&gt; &amp; co`"),
        ("two\nlines", "`two lines`"),
        ("", "`(no name)`"),
        ("hidden\u202eright", "`hidden\ufffdright`"),
        ("x" * 99, f"`{'x' * 53}… (cut)`"),
    ],
)
def test_names_stand_in_code_style_and_cannot_get_out(name: str, said: str) -> None:
    assert blocks.code(name) == said


def test_an_entity_is_never_torn_by_a_cut() -> None:
    assert blocks.escape("&" * 20, 20) == "&amp;&amp;… (cut)"
    assert blocks.escape("&&", 10) == "&amp;&amp;"


def test_literal_text_is_kept_and_what_could_act_is_broken_invisibly() -> None:
    assert blocks.literal("<role>\n*a*") == "<role>\n*a*"
    assert blocks.literal("<!here> <https://x|y>") == "<\u2060!here> <\u2060https://x|y>"
    assert blocks.literal("") == "(empty)"
    assert blocks.literal("a\r\nb\x00") == "a\nb\ufffd"
    assert blocks.literal("word " * 9, 20) == "word word wor… (cut)"


def test_people_are_mentioned_by_id_and_odd_ids_are_only_shown() -> None:
    assert blocks.mention(ADA) == "<@U0ADA>"
    assert blocks.mention("U0RAVI") == "<@U0RAVI>"
    assert blocks.mention("U1|x> <!here") == "`U1|x&gt; &lt;!here`"
    assert blocks.mention(replace(ADA, user_id="?", name="Ada")) == "`Ada`"
    assert blocks.mention(replace(ADA, user_id="?", name="")) == "`?`"


def test_a_time_is_local_for_its_reader_and_utc_where_that_fails() -> None:
    at = datetime(2026, 11, 20, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    assert blocks.moment(at) == "<!date^1795167000^{date_short_pretty} {time}|2026-11-20 09:30 UTC>"


def test_a_stack_that_is_too_high_ends_visibly() -> None:
    block = blocks.bullets(["x" * 50] * 9, 200).to_dict()
    assert block["text"]["text"].split("\n")[-1] == blocks.CUT
    assert len(block["text"]["text"]) < 210


def test_the_text_is_cut_between_words_and_never_inside_a_mention_or_a_name() -> None:
    words = "word " * 100
    assert blocks.escape_kept(words, 23) == "word word word word … (cut)"
    assert blocks.escape_kept("see <!date^1^{a} {b}|c d> now", 20) == "see … (cut)"
    assert blocks.escape_kept("see `Refund triage x` now", 16) == "see … (cut)"
    assert blocks.escape_kept("short") == "short"


def test_no_buttons_are_no_block() -> None:
    assert blocks.actions([None]) is None
    assert blocks.run_buttons([], {}) is None


def test_a_message_of_too_many_blocks_is_cut_before_its_last_two() -> None:
    made = blocks.compose("many", *(blocks.section(f"s{n}") for n in range(80)), None)
    assert len(made.blocks) < 50
    assert [block.get("text", {}).get("text") for block in made.blocks[-2:]] == ["s78", "s79"]
    assert made.blocks[-3]["elements"][0]["text"] == blocks.CUT


def test_in_a_message_that_is_too_long_the_largest_blocks_give_way_and_the_buttons_stay() -> None:
    button = blocks.actions([blocks.button("Approve", "change.approve", "1")])
    made = blocks.compose(
        "long",
        blocks.section("head"),
        *(blocks.section(f"{n} " * 700) for n in range(8)),
        blocks.section("tail"),
        button,
    )
    assert blocks.size([made.text, made.blocks]) <= blocks.MESSAGE_LIMIT
    assert made.blocks[0]["text"]["text"] == "head"
    assert made.blocks[-2]["text"]["text"] == "tail"
    assert made.blocks[-1]["type"] == "actions"
    assert any(block["type"] == "context" for block in made.blocks)
