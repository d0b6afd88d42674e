"""Lines that are not of the language: what is said about them, and what is offered instead."""

from __future__ import annotations

import pytest

from bot.grammar import parse
from bot.grammar.commands import Misunderstood, Understood
from tests.bot.grammar.shown import meaning

LINES = [
    (
        "depoly config_x to production",
        "unknown_verb: depoly",
        ["deploy config_x to production"],
        "deploy config_x to production",
    ),
    ("deplyo config_x", "unknown_verb: deplyo", ["deploy config_x"], "deploy config_x"),
    (
        "promot triage from staging to production",
        "unknown_verb: promot",
        ["promote triage from staging to production"],
        "promote triage from staging to production",
    ),
    (
        "roolback triage in production",
        "unknown_verb: roolback",
        ["rollback triage in production"],
        "rollback triage in production",
    ),
    (
        "ship config_x to production",
        "unknown_verb: ship",
        ["deploy config_x to production"],
        "deploy config_x to production",
    ),
    (
        "undo triage in production",
        "unknown_verb: undo",
        ["rollback triage in production"],
        "rollback triage in production",
    ),
    ("hello", "unknown_verb: hello", ["help"], "help"),
    (
        "please deploy config_x to production",
        "unknown_verb: please",
        ["deploy config_x to production"],
        "deploy config_x to production",
    ),
    (
        "config_x to production",
        "unknown_verb: config_x",
        ["deploy config_x to production"],
        "deploy config_x to production",
    ),
    (
        '"deploy" config_x to production',
        "unknown_verb: deploy",
        ["deploy config_x to production"],
        "deploy config_x to production",
    ),
    ("show project triage", "unknown_verb: show", ["project show triage"], "project show triage"),
    ("list projects", "unknown_verb: list", ["projects list"], "projects list"),
    (
        "complete evaluation ev_1a2b",
        "unknown_verb: complete",
        ["evaluation complete ev_1a2b"],
        "evaluation complete ev_1a2b",
    ),
    ("project shwo triage", "unknown_verb: shwo", ["project show triage"], "project show triage"),
    (
        "evaluation complte ev_1a2b",
        "unknown_verb: complte",
        ["evaluation complete ev_1a2b"],
        "evaluation complete ev_1a2b",
    ),
    ("configs lists triage", "unknown_verb: lists", ["configs list triage"], "configs list triage"),
    ("deploy to production", "missing_part: CONFIG", [], "deploy config_x to production"),
    ("deploy -> production", "missing_part: CONFIG", [], "deploy config_x -> production"),
    ("deploy config_x to", "missing_part: ENV", [], "deploy config_x to production"),
    ('deploy "" to production', "missing_part: CONFIG", [], "deploy config_x"),
    (
        "deploy config_x to production because",
        "missing_part: REASON",
        [],
        "deploy config_x to production because it was agreed",
    ),
    ("promote triage from", "missing_part: SOURCE", [], "promote triage from staging"),
    ("promote from staging to production", "missing_part: PROJECT", [], "promote triage from staging to production"),
    ("rollback in production", "missing_part: PROJECT", [], "rollback triage in production"),
    ("deactivate in staging", "missing_part: PROJECT", [], "deactivate triage in staging"),
    (
        'project update triage name "New name"',
        'unexpected_words: "New name"',
        ["project update triage name"],
        "project update triage name",
    ),
    ("project update triage name=", "bad_field: name=", [], 'project update triage name="New name"'),
    (
        'project update triage nam="New name"',
        "bad_field: nam",
        ['project update triage name="New name"'],
        'project update triage name="New name"',
    ),
    ("project update triage name=a name=b", "twice: name", [], 'project update triage name="New name"'),
    ("project update triage active=config_x name=b", "not_alone: active", [], 'project update triage name="New name"'),
    (
        "project update triage inverted=maybe",
        "bad_field: inverted=maybe",
        ["project update triage inverted=yes", "project update triage inverted=no"],
        'project update triage name="New name"',
    ),
    ("config diff config_x", "missing_part: B", [], "config diff config_x with config_y"),
    ("config diff config_x with", "missing_part: B", [], "config diff config_x with config_y"),
    ("withdraw", "missing_part: ID", [], "withdraw ch-142"),
    ("withdraw triage", "missing_part: ID", [], "withdraw ch-142"),
    ("lock", "missing_part: ENV", [], "lock production because it was agreed"),
    ("lock production", "missing_part: REASON", [], "lock production because it was agreed"),
    ("lock production for 2h", "missing_part: REASON", [], "lock production for 2h because it was agreed"),
    ("lock because launch", "missing_part: ENV", [], "lock production because it was agreed"),
    ("unlock", "missing_part: ENV", [], "unlock production"),
    ("reminders mute", "missing_part: PROJECT", [], "reminders mute triage"),
    ("explain", "missing_part: LINE", [], "explain deploy config_x to production"),
    (
        "explain depoly config_x to production",
        "unknown_verb: depoly",
        ["explain deploy config_x to production"],
        "explain deploy config_x to production",
    ),
    ("explain hello", "unknown_verb: hello", ["explain help"], "explain help"),
    ("approvals now", "unexpected_words: now", ["approvals"], "approvals"),
    ("doctor please", "unexpected_words: please", ["doctor"], "doctor"),
    ("reminders test now", "unexpected_words: now", ["reminders test"], "reminders test"),
    ("deploy config_x to production at 25:00", "bad_time: 25:00", [], "deploy config_x to production at 9:00"),
    ("deploy config_x to production at 9:75", "bad_time: 9:75", [], "deploy config_x to production at 9:00"),
    ("deploy config_x to production at 13pm", "bad_time: 13pm", [], "deploy config_x to production at 9:00"),
    ("deploy config_x to production at 9", "bad_time: 9", [], "deploy config_x to production at 9:00"),
    (
        "deploy config_x to production at tomorrow",
        "no_time: tomorrow",
        [],
        "deploy config_x to production at tomorrow 9:00",
    ),
    (
        "deploy config_x to production tomorrow",
        "no_time: tomorrow",
        [],
        "deploy config_x to production at tomorrow 9:00",
    ),
    (
        'deploy config_x to "production" on monday',
        "no_time: monday",
        [],
        'deploy config_x to "production" at monday 9:00',
    ),
    (
        "deploy config_x to production at tomorrow at",
        "bad_time: tomorrow at",
        [],
        "deploy config_x to production at 9:00",
    ),
    (
        "deploy config_x at 9:00 on",
        "missing_part: ENV",
        [],
        "deploy config_x at 9:00 to production",
    ),
    ("deactivate triage today", "no_time: today", [], "deactivate triage at today 9:00"),
    (
        "deploy config_x to production at 25:00 tomorrow",
        "bad_time: 25:00 tomorrow",
        [],
        "deploy config_x to production at 9:00",
    ),
    (
        "deploy config_x to production at tomorrow 25:00",
        "bad_time: tomorrow 25:00",
        [],
        "deploy config_x to production at 9:00",
    ),
    (
        "deploy config_x to production at 30 february 9:00",
        "bad_date: 30 february",
        [],
        "deploy config_x to production at 9:00",
    ),
    ("deploy config_x to production 30 Feb 9:00", "bad_date: 30 Feb", [], "deploy config_x to production at 9:00"),
    (
        "deploy config_x to production at 9:00 on 2027-02-29",
        "bad_date: 2027-02-29",
        [],
        "deploy config_x to production at 9:00",
    ),
    (
        "deploy config_x to production at 1999-02-01 9:00",
        "bad_date: 1999-02-01",
        [],
        "deploy config_x to production at 9:00",
    ),
    (
        "deploy config_x to production at 01/12/2026 9:00",
        "bad_date: 01/12/2026",
        [],
        "deploy config_x to production at 9:00",
    ),
    (
        "deploy config_x to production at 9:00 1.12.2026",
        "bad_date: 1.12.2026",
        [],
        "deploy config_x to production at 9:00",
    ),
    ("deploy config_x to production in 2 months", "bad_duration: 2 months", [], "deploy config_x to production in 2h"),
    ("move ch-142 to lunch", "missing_part: TIME", [], "move ch-142 to 9:00"),
    ("move ch-142", "missing_part: TIME", [], "move ch-142 at 9:00"),
    ("move ch-142 to 25:00", "bad_time: 25:00", [], "move ch-142 at 9:00"),
    ("move triage to 9:00", "missing_part: ID", [], "move ch-142 at 9:00"),
    ("deploy config_x to production at noon", "bad_time: noon", [], "deploy config_x to production at 9:00"),
    (
        "deploy config_x to production at 9:00 sharp",
        "unexpected_words: sharp",
        ["deploy config_x to production at 9:00"],
        "deploy config_x to production at 9:00",
    ),
    (
        "deploy config_x at 9:00 PST to production because of them",
        "bad_zone: PST",
        ["deploy config_x at 9:00 America/Los_Angeles to production because of them"],
        "deploy config_x at 9:00 America/Los_Angeles to production because of them",
    ),
    (
        "deploy config_x to production at 9:00 IST",
        "bad_zone: IST",
        [
            "deploy config_x to production at 9:00 Asia/Kolkata",
            "deploy config_x to production at 9:00 Europe/Dublin",
            "deploy config_x to production at 9:00 Asia/Jerusalem",
        ],
        "deploy config_x to production at 9:00 Asia/Kolkata",
    ),
    (
        "deploy config_x to production tomorrow 9:00 Lisbon",
        "bad_zone: Lisbon",
        ["deploy config_x to production tomorrow 9:00 Europe/Lisbon"],
        "deploy config_x to production tomorrow 9:00 Europe/Lisbon",
    ),
    (
        "deploy config_x to production at 9:00 Europe/Madird",
        "bad_zone: Europe/Madird",
        [
            "deploy config_x to production at 9:00 Europe/Madrid",
        ],
        "deploy config_x to production at 9:00 Europe/Madrid",
    ),
    (
        "deploy config_x to production at 9:00 Mars/Base",
        "bad_zone: Mars/Base",
        [],
        "deploy config_x to production at 9:00",
    ),
    (
        "deploy config_x to production at 9:00 UTC+2",
        "bad_zone: UTC+2",
        ["deploy config_x to production at 9:00 UTC"],
        "deploy config_x to production at 9:00 UTC",
    ),
    ("deploy config_x to production in 0h", "bad_duration: 0h", [], "deploy config_x to production in 2h"),
    ("deploy config_x to production in -2h", "bad_duration: -2h", [], "deploy config_x to production in 2h"),
    ("deploy config_x to production in 5", "bad_duration: 5", [], "deploy config_x to production in 2h"),
    ("deploy config_x to production in 2 hourz", "bad_duration: 2 hourz", [], "deploy config_x to production in 2h"),
    ("deploy config_x to production in 400 days", "bad_duration: 400 days", [], "deploy config_x to production in 2h"),
    (
        "lock production for 0 minutes because launch",
        "bad_duration: 0 minutes",
        [],
        "lock production for 2h because it was agreed",
    ),
    (
        'deploy "triage v3 to production',
        'unclosed_quote: "triage v3 to production',
        ['deploy "triage v3" to production', 'deploy "triage v3 to production"'],
        'deploy "triage v3" to production',
    ),
    (
        "deploy 'triage v3 to production",
        "unclosed_quote: 'triage v3 to production",
        ["deploy 'triage v3' to production", "deploy 'triage v3 to production'"],
        "deploy 'triage v3' to production",
    ),
    (
        "deploy “triage v3 to production",
        "unclosed_quote: “triage v3 to production",
        ["deploy “triage v3” to production", "deploy “triage v3 to production”"],
        "deploy “triage v3” to production",
    ),
    (
        'explain deploy "triage v3',
        'unclosed_quote: "triage v3',
        ['explain deploy "triage v3"'],
        'explain deploy "triage v3"',
    ),
    (
        'project show "triage because',
        'unclosed_quote: "triage because',
        ['project show "triage because"'],
        'project show "triage because"',
    ),
    ('""', "empty: ", [], ""),
    ("\" \" ''", "empty: ", [], ""),
    ('project list "a', 'unclosed_quote: "a', ['project list "a"'], 'project list "a"'),
    ("explain rollback", "missing_part: LINE", [], "explain rollback triage in production"),
    (
        "deploy config_x to production in 2h at 9:00",
        "unexpected_words: at 9:00",
        ["deploy config_x to production in 2h"],
        "deploy config_x to production in 2h",
    ),
    (
        "withdraw ch-142 because it is old",
        "unexpected_words: because it is old",
        ["withdraw ch-142"],
        "withdraw ch-142",
    ),
]
"""What is typed, what is wrong with it, the lines offered instead, and the example."""


@pytest.mark.parametrize(("line", "problem", "near", "example"), LINES)
def test_is_answered_with_what_could_be_typed(line: str, problem: str, near: list[str], example: str) -> None:
    parsed = parse(line)
    assert isinstance(parsed, Misunderstood)
    assert meaning(parsed) == [problem]
    assert list(parsed.near) == near
    assert parsed.example == example


@pytest.mark.parametrize("line", [line for line, *_ in LINES])
def test_offers_only_lines_that_mean_something(line: str) -> None:
    parsed = parse(line)
    assert isinstance(parsed, Misunderstood)
    for offered in filter(None, (*parsed.near, parsed.example)):
        assert isinstance(parse(offered), Understood)


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ("depoly config_x to production", "deploy CONFIG [of PROJECT] to ENV [at TIME | in DURATION] [because REASON]"),
        ("project shwo triage", "project show PROJECT"),
        ("lock production", "lock [PROJECT in] ENV [for DURATION] because REASON"),
        ("config diff config_x", "config diff A [of PROJECT-A] with B [of PROJECT-B]"),
        ("explain", "explain LINE"),
        ("zzzz", ""),
    ],
)
def test_shows_the_usage_of_what_was_meant(line: str, usage: str) -> None:
    parsed = parse(line)
    assert isinstance(parsed, Misunderstood)
    assert parsed.usage == usage


def test_an_example_keeps_the_words_that_were_typed() -> None:
    parsed = parse("lock Refund triage in eu production for 3h")
    assert isinstance(parsed, Misunderstood)
    assert parsed.example == "lock Refund triage in eu production for 3h because it was agreed"
