"""Lines that look something up, and those about projects, evaluations, changes and locks."""

from __future__ import annotations

import pytest

from bot.grammar import parse, say
from bot.grammar.commands import Understood
from tests.bot.grammar.shown import meaning, shown

LINES = [
    ("project create Notes", "CreateProject name=Notes"),
    ("project create Refund triage in dir_1a2b", "CreateProject name=Refund triage directory=dir_1a2b"),
    ("projects create Notes", "CreateProject name=Notes"),
    ("project show triage", "ShowProject project=triage"),
    ("project show Refund triage", "ShowProject project=Refund triage"),
    ("project list", "ListProjects"),
    ("project list refund", "ListProjects words=refund"),
    ("projects", "ListProjects"),
    ("projects refund", "ListProjects words=refund"),
    ("project refund triage", "ListProjects words=refund triage"),
    ("project", "OpenForm verb=project"),
    ("project show", "OpenForm verb=project show"),
    ("project create", "OpenForm verb=project create"),
    ("project update", "OpenForm verb=project update"),
    ("config update", "OpenForm verb=project update"),
    ("AI config update", "OpenForm verb=project update"),
    ('project "show"', "ListProjects words=show"),
    ("prompts", "ListProjects"),
    ("prompt", "OpenForm verb=project"),
    ("ai config list support", "ListProjects words=support"),
    ("ai configs", "ListProjects"),
    ("ai config show support-reply", "ShowProject project=support-reply"),
    ("agent config show support-reply", "ShowProject project=support-reply"),
    ("AI-Config show support-reply", "ShowProject project=support-reply"),
    ("project update Refund triage", "UpdateProject project=Refund triage assignments=[]"),
    ('project update triage name="New name"', "UpdateProject project=triage assignments=[name=New name]"),
    (
        'project update Refund triage name="New name" directory=dir_9',
        "UpdateProject project=Refund triage assignments=[name=New name; directory=dir_9]",
    ),
    (
        "project update triage name=New name directory=dir_9",
        "UpdateProject project=triage assignments=[name=New name; directory=dir_9]",
    ),
    ("project update triage active=config_x", "UpdateProject project=triage assignments=[active=config_x]"),
    ("config update support-reply tags=+a,-b", "UpdateProject project=support-reply assignments=[tags=+a,-b]"),
    (
        'ai config update support-reply description="Answers \\"hard\\" tickets" inverted=yes',
        'UpdateProject project=support-reply assignments=[description=Answers "hard" tickets; inverted=yes]',
    ),
    (
        "ai config update support-reply maintainer=<@U123|ravi>",
        "UpdateProject project=support-reply assignments=[maintainer=<@U123>]",
    ),
    ('project update support-reply description=""', "UpdateProject project=support-reply assignments=[description=]"),
    ('project update "name=x" name=y', 'UpdateProject project="name=x" assignments=[name=y]'),
    ("config show config_x", "ShowConfig config=config_x"),
    (
        "config show v3 of Refund triage",
        "ShowConfig config=v3 project=Refund triage",
        "ShowConfig config=v3 of Refund triage",
    ),
    ("configs show config_x", "ShowConfig config=config_x"),
    ("config config_x", "ShowConfig config=config_x", "ListConfigs project=config_x"),
    ("config v3 of triage", "ShowConfig config=v3 project=triage"),
    ("config list triage", "ListConfigs project=triage"),
    ("configs of triage", "ListConfigs project=triage"),
    ("config", "OpenForm verb=config"),
    ("configs", "OpenForm verb=config"),
    ("config list", "OpenForm verb=config list"),
    ("config show", "OpenForm verb=config show"),
    ("config diff", "OpenForm verb=config diff"),
    ("evaluation show", "OpenForm verb=evaluation show"),
    ("evaluation complete", "OpenForm verb=evaluation complete"),
    ("evaluations reopen", "OpenForm verb=evaluation reopen"),
    ("config diff config_x with config_y", "DiffConfigs old=config_x new=config_y"),
    (
        "config diff v1 of triage with v2 of triage",
        "DiffConfigs old=v1 new=v2 old_project=triage new_project=triage",
        "DiffConfigs old=v1 new=v2 of triage old_project=triage",
        "DiffConfigs old=v1 of triage new=v2 new_project=triage",
        "DiffConfigs old=v1 of triage new=v2 of triage",
    ),
    ("config diff v1 and v2", "DiffConfigs old=v1 new=v2"),
    ("config diff v1 vs v2", "DiffConfigs old=v1 new=v2"),
    ('config diff "a with b" with c', 'DiffConfigs old="a with b" new=c'),
    ("evaluations", "ListEvaluations"),
    ("evaluation", "ListEvaluations"),
    ("evaluations list", "ListEvaluations"),
    ("evaluations triage", "ListEvaluations project=triage", "ShowEvaluation evaluation=triage"),
    ("evaluations running", "ListEvaluations status=running"),
    ("evaluations completed", "ListEvaluations status=completed"),
    ("evaluations cancelled", "ListEvaluations status=cancelled"),
    ("evaluations canceled", "ListEvaluations status=cancelled"),
    ("evaluations triage running", "ListEvaluations project=triage status=running"),
    ("evaluations running triage", "ListEvaluations project=triage status=running"),
    ("evaluations list of triage", "ListEvaluations project=triage"),
    ("evaluations of Refund triage pending", "ListEvaluations project=Refund triage status=pending"),
    ('evaluations "running"', 'ListEvaluations project="running"', 'ShowEvaluation evaluation="running"'),
    ("evaluation ev_1a2b", "ShowEvaluation evaluation=ev_1a2b", "ListEvaluations project=ev_1a2b"),
    ("evaluation show ev_1a2b", "ShowEvaluation evaluation=ev_1a2b"),
    ("evaluation complete ev_1a2b", "CompleteEvaluation evaluation=ev_1a2b"),
    ("evaluations complete ev_1a2b", "CompleteEvaluation evaluation=ev_1a2b"),
    ("evaluation reopen ev_1a2b", "ReopenEvaluation evaluation=ev_1a2b"),
    ("deployments", "ShowBoard"),
    ("deployment", "ShowBoard"),
    ("deployments list", "ShowBoard"),
    ("deployments triage", "ShowBoard project=triage"),
    ("deployments of Refund triage", "ShowBoard project=Refund triage"),
    ("approvals", "ListApprovals"),
    ("approval", "ListApprovals"),
    ("approvals list", "ListApprovals"),
    ("changes", "ListChanges"),
    ("change list", "ListChanges"),
    ("changes triage", "ListChanges project=triage"),
    ("changes in production", "ListChanges environment=production"),
    (
        "changes triage in production",
        "ListChanges project=triage environment=production",
        "ListChanges project=triage in production",
    ),
    (
        "changes list triage in production",
        "ListChanges project=triage environment=production",
        "ListChanges project=triage in production",
    ),
    ("change ch-142", "ShowChange change=ch-142"),
    ("change 142", "ShowChange change=142"),
    ("change #142", "ShowChange change=#142"),
    ("changes ch-142", "ShowChange change=ch-142"),
    ("change show 142", "ShowChange change=142"),
    ("change 01J9Z3N8Q4M5V6T7W8X9Y0ZABC", "ShowChange change=01J9Z3N8Q4M5V6T7W8X9Y0ZABC"),
    ('changes "142"', 'ListChanges project="142"', 'ShowChange change="142"'),
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
    ("explain explain approvals", "Explain readings=[ListApprovals]"),
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
    ("doctor", "CheckHealth"),
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
