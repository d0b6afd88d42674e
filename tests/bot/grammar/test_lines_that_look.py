"""Lines that look something up, and those about projects, evaluations, changes and locks."""

from __future__ import annotations

import pytest

from bot.grammar import parse, say
from bot.grammar.readings import Understood
from tests.bot.grammar.shown import meaning, shown

LINES = [
    ("project create Notes", "ProjectCreate name=Notes"),
    ("project create Refund triage in dir_1a2b", "ProjectCreate name=Refund triage directory=dir_1a2b"),
    ("projects create Notes", "ProjectCreate name=Notes"),
    ("project show triage", "ProjectShow project=triage"),
    ("project show Refund triage", "ProjectShow project=Refund triage"),
    ("project list", "ProjectList"),
    ("project list refund", "ProjectList words=refund"),
    ("projects", "ProjectList"),
    ("projects refund", "ProjectList words=refund"),
    ("project refund triage", "ProjectList words=refund triage"),
    ("project", "Form verb=project"),
    ("project show", "Form verb=project show"),
    ("project create", "Form verb=project create"),
    ("project update", "Form verb=project update"),
    ("config update", "Form verb=project update"),
    ("AI config update", "Form verb=project update"),
    ('project "show"', "ProjectList words=show"),
    ("prompts", "ProjectList"),
    ("prompt", "Form verb=project"),
    ("ai config list support", "ProjectList words=support"),
    ("ai configs", "ProjectList"),
    ("ai config show support-reply", "ProjectShow project=support-reply"),
    ("agent config show support-reply", "ProjectShow project=support-reply"),
    ("AI-Config show support-reply", "ProjectShow project=support-reply"),
    ("project update Refund triage", "ProjectUpdate project=Refund triage assignments=[]"),
    ('project update triage name="New name"', "ProjectUpdate project=triage assignments=[name=New name]"),
    (
        'project update Refund triage name="New name" directory=dir_9',
        "ProjectUpdate project=Refund triage assignments=[name=New name; directory=dir_9]",
    ),
    (
        "project update triage name=New name directory=dir_9",
        "ProjectUpdate project=triage assignments=[name=New name; directory=dir_9]",
    ),
    ("project update triage active=config_x", "ProjectUpdate project=triage assignments=[active=config_x]"),
    ("config update support-reply tags=+a,-b", "ProjectUpdate project=support-reply assignments=[tags=+a,-b]"),
    (
        'ai config update support-reply description="Answers \\"hard\\" tickets" inverted=yes',
        'ProjectUpdate project=support-reply assignments=[description=Answers "hard" tickets; inverted=yes]',
    ),
    (
        "ai config update support-reply maintainer=<@U123|ravi>",
        "ProjectUpdate project=support-reply assignments=[maintainer=<@U123>]",
    ),
    ('project update support-reply description=""', "ProjectUpdate project=support-reply assignments=[description=]"),
    ('project update "name=x" name=y', 'ProjectUpdate project="name=x" assignments=[name=y]'),
    ("config show config_x", "ConfigShow config=config_x"),
    (
        "config show v3 of Refund triage",
        "ConfigShow config=v3 project=Refund triage",
        "ConfigShow config=v3 of Refund triage",
    ),
    ("configs show config_x", "ConfigShow config=config_x"),
    ("config config_x", "ConfigShow config=config_x", "ConfigList project=config_x"),
    ("config v3 of triage", "ConfigShow config=v3 project=triage"),
    ("config list triage", "ConfigList project=triage"),
    ("configs of triage", "ConfigList project=triage"),
    ("config", "Form verb=config"),
    ("configs", "Form verb=config"),
    ("config list", "Form verb=config list"),
    ("config show", "Form verb=config show"),
    ("config diff", "Form verb=config diff"),
    ("evaluation show", "Form verb=evaluation show"),
    ("evaluation complete", "Form verb=evaluation complete"),
    ("evaluations reopen", "Form verb=evaluation reopen"),
    ("config diff config_x with config_y", "ConfigDiff old=config_x new=config_y"),
    (
        "config diff v1 of triage with v2 of triage",
        "ConfigDiff old=v1 new=v2 old_project=triage new_project=triage",
        "ConfigDiff old=v1 new=v2 of triage old_project=triage",
        "ConfigDiff old=v1 of triage new=v2 new_project=triage",
        "ConfigDiff old=v1 of triage new=v2 of triage",
    ),
    ("config diff v1 and v2", "ConfigDiff old=v1 new=v2"),
    ("config diff v1 vs v2", "ConfigDiff old=v1 new=v2"),
    ('config diff "a with b" with c', 'ConfigDiff old="a with b" new=c'),
    ("evaluations", "Evaluations"),
    ("evaluation", "Evaluations"),
    ("evaluations list", "Evaluations"),
    ("evaluations triage", "Evaluations project=triage", "EvaluationShow evaluation=triage"),
    ("evaluations running", "Evaluations status=running"),
    ("evaluations completed", "Evaluations status=completed"),
    ("evaluations cancelled", "Evaluations status=cancelled"),
    ("evaluations canceled", "Evaluations status=cancelled"),
    ("evaluations triage running", "Evaluations project=triage status=running"),
    ("evaluations running triage", "Evaluations project=triage status=running"),
    ("evaluations list of triage", "Evaluations project=triage"),
    ("evaluations of Refund triage pending", "Evaluations project=Refund triage status=pending"),
    ('evaluations "running"', 'Evaluations project="running"', 'EvaluationShow evaluation="running"'),
    ("evaluation ev_1a2b", "EvaluationShow evaluation=ev_1a2b", "Evaluations project=ev_1a2b"),
    ("evaluation show ev_1a2b", "EvaluationShow evaluation=ev_1a2b"),
    ("evaluation complete ev_1a2b", "EvaluationComplete evaluation=ev_1a2b"),
    ("evaluations complete ev_1a2b", "EvaluationComplete evaluation=ev_1a2b"),
    ("evaluation reopen ev_1a2b", "EvaluationReopen evaluation=ev_1a2b"),
    ("deployments", "Deployments"),
    ("deployment", "Deployments"),
    ("deployments list", "Deployments"),
    ("deployments triage", "Deployments project=triage"),
    ("deployments of Refund triage", "Deployments project=Refund triage"),
    ("approvals", "Approvals"),
    ("approval", "Approvals"),
    ("approvals list", "Approvals"),
    ("changes", "Changes"),
    ("change list", "Changes"),
    ("changes triage", "Changes project=triage"),
    ("changes in production", "Changes environment=production"),
    (
        "changes triage in production",
        "Changes project=triage environment=production",
        "Changes project=triage in production",
    ),
    (
        "changes list triage in production",
        "Changes project=triage environment=production",
        "Changes project=triage in production",
    ),
    ("change ch-142", "ChangeShow change=ch-142"),
    ("change 142", "ChangeShow change=142"),
    ("change #142", "ChangeShow change=#142"),
    ("changes ch-142", "ChangeShow change=ch-142"),
    ("change show 142", "ChangeShow change=142"),
    ("change 01J9Z3N8Q4M5V6T7W8X9Y0ZABC", "ChangeShow change=01J9Z3N8Q4M5V6T7W8X9Y0ZABC"),
    ('changes "142"', 'Changes project="142"', 'ChangeShow change="142"'),
    ("withdraw ch-142", "Withdraw change=ch-142"),
    ("withdraw change 142", "Withdraw change=142"),
    ("lock production because the launch is on", "Lock environment=production because=the launch is on"),
    (
        "lock production for 2h because the launch is on",
        "Lock environment=production duration=2:00:00 because=the launch is on",
    ),
    (
        "lock triage in production because launch",
        "Lock environment=production project=triage because=launch",
        "Lock environment=triage in production because=launch",
    ),
    (
        "lock production of triage for 1 day because launch",
        "Lock environment=production project=triage duration=1 day, 0:00:00 because=launch",
        "Lock environment=production of triage duration=1 day, 0:00:00 because=launch",
    ),
    ("unlock production", "Unlock environment=production"),
    (
        "unlock triage in production",
        "Unlock environment=production project=triage",
        "Unlock environment=triage in production",
    ),
    (
        "unlock production of triage",
        "Unlock environment=production project=triage",
        "Unlock environment=production of triage",
    ),
    ("reminders", "Reminders verb=show"),
    ("reminder", "Reminders verb=show"),
    ("reminders triage", "Reminders verb=show project=triage"),
    ("reminders mute triage", "Reminders verb=mute project=triage"),
    ("reminders unmute Refund triage", "Reminders verb=unmute project=Refund triage"),
    ("reminders test", "Reminders verb=test"),
    ("explain deploy config_x to production", "Explain readings=[Deploy config=config_x environment=production]"),
    (
        "explain rollback triage to v2",
        "Explain readings=[Rollback project=triage environment=v2; Rollback project=triage config=v2]",
    ),
    ("explain explain approvals", "Explain readings=[Approvals]"),
    (
        "explain deploy config_x to production because of the launch",
        "Explain readings=[Deploy config=config_x environment=production because=of the launch]",
    ),
    ("Explain Deploy config_x", "Explain readings=[Deploy config=config_x]"),
    ("help", "Help"),
    ("help deploy", "Help word=deploy"),
    ("help project update", "Help word=project update"),
    ("?", "Help"),
    ("--help", "Help"),
    ("-h", "Help"),
    ("deploy help", "Help word=deploy"),
    ("project --help", "Help word=project"),
    ("approvals ?", "Help word=approval"),
    ("doctor", "Doctor"),
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
