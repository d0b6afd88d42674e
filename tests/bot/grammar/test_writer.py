"""What the bot says back: short where that is safe, in quotes where it could mean something else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.grammar import parse, quote, say
from bot.grammar.commands import (
    Assignment,
    Command,
    Deploy,
    DiffConfigs,
    Explain,
    ListChanges,
    ListEvaluations,
    ListProjects,
    Lock,
    Name,
    OpenForm,
    Rollback,
    ShowChange,
    Understood,
    UpdateProject,
)


def name(text: str) -> Name:
    return Name(text)


@pytest.mark.parametrize(
    ("reading", "line"),
    [
        (Deploy(name("config_x"), environment=name("production")), "deploy config_x to production"),
        (Deploy(name("triage v3"), environment=name("prod")), 'deploy "triage v3" to prod'),
        (Deploy(Name("config_x", quoted=True), environment=name("prod")), 'deploy "config_x" to prod'),
        (Deploy(name("v3"), name("triage"), name("prod")), 'deploy "v3" of triage to prod'),
        (Deploy(name("Move to front")), 'deploy "Move to front"'),
        (Deploy(name("Ravi's")), "deploy Ravi's"),
        (Deploy(name("'tis")), 'deploy "\'tis"'),
        (Deploy(name('19" rack')), 'deploy "19\\" rack"'),
        (Deploy(name("ld:Refund triage")), 'deploy ld:"Refund triage"'),
        (Deploy(name("Refund triage@v3")), 'deploy "Refund triage"@"v3"'),
        (Deploy(name("triage@v3")), "deploy triage@v3"),
        (Deploy(name("v1.")), 'deploy "v1."'),
        (Deploy(name("a&amp;b")), "deploy a\\&amp;b"),
        (Deploy(name("<!channel>")), "deploy <!channel>"),
        (Rollback(name("triage"), config=name("v2")), "rollback triage to config v2"),
        (Rollback(name("triage"), name("prod"), name("v2")), 'rollback triage in prod to "v2"'),
        (ListChanges(environment=name("prod")), "changes list in prod"),
        (ShowChange(name("ch-142")), "change show ch-142"),
        (ListEvaluations(name("triage"), "running"), "evaluations list triage running"),
        (ListProjects("refund triage"), "project list refund triage"),
        (ListProjects("refund  triage"), 'project list "refund  triage"'),
        (DiffConfigs(name("a b"), name("c")), 'config diff "a b" with c'),
        (UpdateProject(name("Refund triage")), 'project update "Refund triage"'),
        (
            UpdateProject(name("triage"), (Assignment("name", "New name"), Assignment("tags", "+a,-b"))),
            'project update triage name="New name" tags=+a,-b',
        ),
        (
            Lock(name("prod"), None, timedelta(days=1, hours=2, seconds=30), "launch"),
            "lock prod for 1d2h30s because launch",
        ),
        (Explain("deploy x", (Deploy(name("x")),)), "explain deploy x"),
        (OpenForm("deploy"), "deploy"),
    ],
)
def test_says_it_in_the_shortest_way_that_is_safe(reading: Command, line: str) -> None:
    assert say(reading) == line


def test_quotes_a_text_by_the_letter() -> None:
    assert quote('19" rack \\ R&amp;D') == '"19\\" rack \\\\ R\\&amp;D"'
    assert parse(f"deploy {quote('“x” to y')}") == Understood(
        'deploy "“x” to y"', (Deploy(Name("“x” to y", quoted=True)),)
    )


def test_an_explanation_in_an_explanation_is_one() -> None:
    parsed = parse("explain `explain deploy x`")
    assert isinstance(parsed, Understood)
    assert parsed.readings == (Explain("deploy x", (Deploy(name("x")),)),)
