"""What phones, chat clients and habits make of a line."""

from __future__ import annotations

import pytest

from bot.grammar import parse, say
from bot.grammar.commands import Understood
from tests.bot.grammar.shown import meaning, shown

LINES = [
    ("deploy config_x to production", "Deploy config=config_x environment=production"),
    ("deploy config_x to production.", "Deploy config=config_x environment=production"),
    ("deploy config_x to production...", "Deploy config=config_x environment=production"),
    ("deploy v1. to production", "Deploy config=v1. environment=production"),
    ("deploy v1.2 to production", "Deploy config=v1.2 environment=production"),
    ('deploy "v1." to production', 'Deploy config="v1." environment=production'),
    ('deploy config_x to "production".', 'Deploy config=config_x environment="production"'),
    (
        "deploy config_x to production because it works.",
        "Deploy config=config_x environment=production because=it works.",
    ),
    ("deploy “triage v3” to production", 'Deploy config="triage v3" environment=production'),
    ("deploy „triage v3“ to production", 'Deploy config="triage v3" environment=production'),
    ("deploy «triage v3» to production", 'Deploy config="triage v3" environment=production'),
    ("deploy ‘triage v3’ to production", 'Deploy config="triage v3" environment=production'),
    ("deploy 'triage v3' to production", 'Deploy config="triage v3" environment=production'),
    ("deploy `config_x` to `production`", 'Deploy config="config_x" environment="production"'),
    ("`deploy config_x to production`", "Deploy config=config_x environment=production"),
    ('deploy "triage v3” to production', 'Deploy config="triage v3" environment=production'),
    ('deploy “triage v3" to production', 'Deploy config="triage v3" environment=production'),
    ("deploy “Ravi’s triage” to production", 'Deploy config="Ravi’s triage" environment=production'),
    ("deploy 'Ravi's triage' to production", 'Deploy config="Ravi\'s triage" environment=production'),
    ("deploy Ravi’s to production", "Deploy config=Ravi’s environment=production"),
    ("deploy Ravi's to production", "Deploy config=Ravi's environment=production"),
    (
        "deploy the boys' to production",
        "Deploy config=the boys' environment=production",
        "Deploy config=the project=boys' environment=production",
        "Deploy config=boys' project=the environment=production",
    ),
    ('deploy "19\\" rack" to production', 'Deploy config="19" rack" environment=production'),
    ('deploy "C:\\new\\\\x" to production', 'Deploy config="C:\\new\\x" environment=production'),
    ('deploy 5"disk to production', 'Deploy config=5"disk environment=production'),
    ('deploy "a “b” c" to production', 'Deploy config="a “b” c" environment=production'),
    ("deploy config_x\xa0to\xa0production", "Deploy config=config_x environment=production"),
    (
        "deploy\tconfig_x\nto\r\nproduction\nbecause of\nlines",
        "Deploy config=config_x environment=production because=of\nlines",
    ),
    ("deploy config_x\u200b to \ufeffproduction", "Deploy config=config_x environment=production"),
    ("deploy \u202aconfig_x\u202c to production", "Deploy config=config_x environment=production"),
    (
        "deploy \U0001f469\u200d\U0001f680 crew to production",
        "Deploy config=\U0001f469\u200d\U0001f680 crew environment=production",
        "Deploy config=\U0001f469\u200d\U0001f680 project=crew environment=production",
        "Deploy config=crew project=\U0001f469\u200d\U0001f680 environment=production",
    ),
    ("deploy triage—v3 to production", "Deploy config=triage--v3 environment=production"),
    ('deploy "Triage — v2" to production', 'Deploy config="Triage — v2" environment=production'),
    (
        "deploy Triage — v2 of x to production",
        "Deploy config=Triage — v2 project=x environment=production",
        "Deploy config=Triage — v2 of x environment=production",
    ),
    ("deploy config_x —to production —because I can", "Deploy config=config_x environment=production because=I can"),
    ("deploy config_x --to production", "Deploy config=config_x environment=production"),
    ("deploy config_x —> production", "Deploy config=config_x environment=production"),
    ("deploy config_x -&gt; production", "Deploy config=config_x environment=production"),
    ("deploy R&amp;D to production", "Deploy config=R&D environment=production"),
    ('deploy "a &amp;lt; b" to production', 'Deploy config="a &lt; b" environment=production'),
    ("deploy \\&amp; to production", "Deploy config=&amp; environment=production"),
    ("deploy &lt;b&gt; to production because 1 &lt; 2", "Deploy config=<b> environment=production because=1 < 2"),
    ("deploy <@U123|ravi> to production", "Deploy config=<@U123> environment=production"),
    ("deploy <@U123> to production", "Deploy config=<@U123> environment=production"),
    ("deploy config_x to <#C1|production>", "Deploy config=config_x environment=production"),
    ("deploy config_x to <#C1|>", "Deploy config=config_x environment=C1"),
    ("deploy config_x to <#C1>", "Deploy config=config_x environment=C1"),
    ("deploy <http://config.x|config.x> to production", "Deploy config=config.x environment=production"),
    ("deploy <http://config.x> to production", "Deploy config=config.x environment=production"),
    ("deploy <https://config.x/y|> to production", "Deploy config=https://config.x/y environment=production"),
    ("deploy <mailto:triage@v3.com|triage@v3.com> to production", "Deploy config=triage@v3.com environment=production"),
    ('deploy "<http://config.x|config.x>" to production', 'Deploy config="config.x" environment=production'),
    (
        "deploy \\<http://config.x|config.x> to production",
        "Deploy config=<http://config.x|config.x> environment=production",
    ),
    (
        "deploy <!channel> to production because <!here> look",
        "Deploy config=<!channel> environment=production because=<!here> look",
    ),
    ("deploy <!subteam^S1|@leads> to production", "Deploy config=<!subteam^S1|@leads> environment=production"),
    ("<@U0BOT> deploy config_x to production", "Deploy config=config_x environment=production"),
    ("<@U0BOT|configbot>", "Help"),
    ("<@U0BOT> /deploy config_x", "Deploy config=config_x"),
    ("/", "Help"),
    (".", "Help"),
    ("deploy config_x \u200b to production", "Deploy config=config_x environment=production"),
    (
        "deploy a -> b -> production",
        "Deploy config=a -> b environment=production",
        "Deploy config=a environment=b -> production",
    ),
    (
        "deploy config_x to production, because it works",
        "Deploy config=config_x environment=production because=it works",
    ),
    ('deploy "config_x, y" to production,', 'Deploy config="config_x, y" environment=production'),
    ("configbot deploy config_x", "Deploy config=config_x"),
    ("@configbot deploy config_x", "Deploy config=config_x"),
    ("/configbot deploy config_x", "Deploy config=config_x"),
    ("configbot", "Help"),
]
"""What is typed, and every meaning of it, the likeliest first."""


@pytest.mark.parametrize(("line", "readings"), [(line, readings) for line, *readings in LINES])
def test_means(line: str, readings: list[str]) -> None:
    assert meaning(parse(line)) == readings


@pytest.mark.parametrize("line", [line for line, *_ in LINES])
def test_is_said_back_so_that_it_means_one_thing(line: str) -> None:
    parsed = parse(line)
    assert isinstance(parsed, Understood)
    for reading in parsed.readings:
        again = parse(say(reading))
        assert [text.replace('"', "") for text in meaning(again)] == [shown(reading).replace('"', "")]
