"""Lines that ask for a change, as people type them."""

from __future__ import annotations

import pytest

from bot.grammar import parse, say
from bot.grammar.commands import Understood
from tests.bot.grammar.shown import meaning, shown

LINES = [
    ("deploy config_x to production", "Deploy config=config_x environment=production"),
    ("/deploy config_x to production", "Deploy config=config_x environment=production"),
    ("DEPLOY Config_X TO Production", "Deploy config=Config_X environment=Production"),
    ("deploy config_x", "Deploy config=config_x"),
    ("deploy config_x to prod.", "Deploy config=config_x environment=prod"),
    (
        "deploy triage v3 to production",
        "Deploy config=triage v3 environment=production",
        "Deploy config=triage project=v3 environment=production",
        "Deploy config=v3 project=triage environment=production",
    ),
    (
        "deploy v3 Refund triage to staging",
        "Deploy config=v3 Refund triage environment=staging",
        "Deploy config=v3 Refund project=triage environment=staging",
        "Deploy config=v3 project=Refund triage environment=staging",
        "Deploy config=triage project=v3 Refund environment=staging",
        "Deploy config=Refund triage project=v3 environment=staging",
    ),
    (
        "deploy v3 of Refund triage to staging",
        "Deploy config=v3 project=Refund triage environment=staging",
        "Deploy config=v3 of Refund triage environment=staging",
    ),
    (
        "deploy v3 from triage to staging",
        "Deploy config=v3 project=triage environment=staging",
        "Deploy config=v3 from triage environment=staging",
    ),
    (
        "deploy v3 for triage to staging",
        "Deploy config=v3 project=triage environment=staging",
        "Deploy config=v3 for triage environment=staging",
    ),
    (
        "deploy triage v3 to staging to production",
        "Deploy config=triage v3 to staging environment=production",
        "Deploy config=triage v3 environment=staging to production",
    ),
    (
        "deploy v2 of the triage of refunds to staging",
        "Deploy config=v2 of the triage project=refunds environment=staging",
        "Deploy config=v2 project=the triage of refunds environment=staging",
        "Deploy config=v2 of the triage of refunds environment=staging",
    ),
    (
        "deploy Move to front to production",
        "Deploy config=Move to front environment=production",
        "Deploy config=Move environment=front to production",
    ),
    ('deploy "Move to front" to production', 'Deploy config="Move to front" environment=production'),
    (
        'deploy "v3" of "Refund triage" to "production"',
        'Deploy config="v3" project="Refund triage" environment="production"',
    ),
    (
        'deploy "v3" "Refund triage" to staging',
        'Deploy config="v3" project="Refund triage" environment=staging',
        'Deploy config="Refund triage" project="v3" environment=staging',
    ),
    ("deploy config_x on staging", "Deploy config=config_x environment=staging"),
    ("deploy config_x onto staging", "Deploy config=config_x environment=staging"),
    ("deploy config_x into staging", "Deploy config=config_x environment=staging"),
    ("deploy config_x in staging", "Deploy config=config_x environment=staging"),
    ("deploy config_x -> staging", "Deploy config=config_x environment=staging"),
    ("deploy config_x->staging", "Deploy config=config_x environment=staging"),
    ("deploy config_x --> staging", "Deploy config=config_x environment=staging"),
    ("deploy config_x => staging", "Deploy config=config_x environment=staging"),
    ("deploy config_x → staging", "Deploy config=config_x environment=staging"),
    (
        "deploy Refund triage@v3 to production",
        "Deploy config=Refund triage@v3 environment=production",
        "Deploy config=Refund project=triage@v3 environment=production",
        "Deploy config=triage@v3 project=Refund environment=production",
    ),
    ('deploy "Refund triage"@"v 3" to production', "Deploy config=Refund triage@v 3 environment=production"),
    ("deploy humanloop:config_x to production", "Deploy config=humanloop:config_x environment=production"),
    ('deploy humanloop:"Refund triage" to production', "Deploy config=humanloop:Refund triage environment=production"),
    ("deploy config_7f3kq2 to env_9ab2", "Deploy config=config_7f3kq2 environment=env_9ab2"),
    ("deploy config_x to production in 2h", "Deploy config=config_x environment=production when=in 2:00:00"),
    ("deploy config_x to production in 90 min", "Deploy config=config_x environment=production when=in 1:30:00"),
    ("deploy config_x to production in 1 day", "Deploy config=config_x environment=production when=in 1 day, 0:00:00"),
    ("deploy config_x to production in 1h30m", "Deploy config=config_x environment=production when=in 1:30:00"),
    (
        "deploy config_x to production in 1 hour and 30 minutes",
        "Deploy config=config_x environment=production when=in 1:30:00",
    ),
    ("deploy config_x in 2 hours to production", "Deploy config=config_x environment=production when=in 2:00:00"),
    ("deploy config_x in 2h", "Deploy config=config_x when=in 2:00:00"),
    ("deploy config_x to production at 9:00", "Deploy config=config_x environment=production when=at 9:00"),
    ("deploy config_x to production at 9am", "Deploy config=config_x environment=production when=at 9:00"),
    ("deploy config_x to production at 5:30 pm", "Deploy config=config_x environment=production when=at 17:30"),
    ("deploy config_x to production at 12 am", "Deploy config=config_x environment=production when=at 0:00"),
    ("deploy config_x to production at 17:30", "Deploy config=config_x environment=production when=at 17:30"),
    (
        "deploy config_x to production at tomorrow 9:00",
        "Deploy config=config_x environment=production when=at tomorrow 9:00",
    ),
    (
        "deploy config_x to production at 9:00 tomorrow",
        "Deploy config=config_x environment=production when=at tomorrow 9:00",
    ),
    (
        "deploy config_x to production at monday 9:00",
        "Deploy config=config_x environment=production when=at monday 9:00",
    ),
    (
        "deploy config_x to production at Fri at 16:00",
        "Deploy config=config_x environment=production when=at friday 16:00",
    ),
    (
        "deploy config_x to production at 21:30 tomorrow",
        "Deploy config=config_x environment=production when=at tomorrow 21:30",
    ),
    (
        "deploy config_x to production tomorrow 9:00",
        "Deploy config=config_x environment=production when=at tomorrow 9:00",
    ),
    (
        "deploy config_x to production on Monday at 9:00.",
        "Deploy config=config_x environment=production when=at monday 9:00",
    ),
    (
        "deploy config_x tomorrow 9:00 to production",
        "Deploy config=config_x environment=production when=at tomorrow 9:00",
    ),
    (
        "deploy config_x to production at 2026-12-01 09:00",
        "Deploy config=config_x environment=production when=at 2026/12/1 9:00",
    ),
    (
        "deploy config_x to production 2026-12-01 09:00 europe/madrid",
        "Deploy config=config_x environment=production when=at 2026/12/1 9:00 Europe/Madrid",
    ),
    (
        "deploy config_x to production at 9:00 Europe/Madrid on friday",
        "Deploy config=config_x environment=production when=at friday 9:00 Europe/Madrid",
    ),
    ("deploy config_x to production at 9 am UTC", "Deploy config=config_x environment=production when=at 9:00 UTC"),
    (
        "deploy config_x to production 1 Dec 9:00",
        "Deploy config=config_x environment=production when=at any/12/1 9:00",
    ),
    (
        "deploy config_x to production on December 1st, 2026, at 9:00 because: launch",
        "Deploy config=config_x environment=production when=at 2026/12/1 9:00 because=launch",
    ),
    (
        "rollback triage to v2 in production tomorrow 9:00",
        "Rollback project=triage environment=production config=v2 when=at tomorrow 9:00",
        "Rollback project=triage to v2 environment=production when=at tomorrow 9:00",
    ),
    ("deploy config_x to monday", "Deploy config=config_x environment=monday"),
    ("deploy config_x on monday", "Deploy config=config_x environment=monday"),
    (
        'deploy config_x to production because "tomorrow"',
        'Deploy config=config_x environment=production because="tomorrow"',
    ),
    ('deploy "monday 9:00" to production', 'Deploy config="monday 9:00" environment=production'),
    ("move ch-142 to 9:00", "Reschedule change=ch-142 when=at 9:00"),
    ("move ch-142 tomorrow 9:00", "Reschedule change=ch-142 when=at tomorrow 9:00"),
    ("move change 142 to tomorrow 9:00 UTC", "Reschedule change=142 when=at tomorrow 9:00 UTC"),
    ("move ch-142 on monday at 9:00", "Reschedule change=ch-142 when=at monday 9:00"),
    ("move ch-142 in 2h", "Reschedule change=ch-142 when=in 2:00:00"),
    ("deploy config_x at 9:00 to production", "Deploy config=config_x environment=production when=at 9:00"),
    ("deploy Reply in 3 sentences to production", "Deploy config=Reply in 3 sentences environment=production"),
    (
        "deploy config_x to production because the old one loops",
        "Deploy config=config_x environment=production because=the old one loops",
    ),
    (
        'deploy config_x to production because "it" works, and to be sure: 5 < 6.',
        'Deploy config=config_x environment=production because="it" works, and to be sure: 5 < 6.',
    ),
    (
        "deploy config_x to production because   of  the   launch",
        "Deploy config=config_x environment=production because=of  the   launch",
    ),
    (
        "deploy config_x to production in 2h because we sleep at 9:00",
        "Deploy config=config_x environment=production when=in 2:00:00 because=we sleep at 9:00",
    ),
    ("deploy config_x because it is better", "Deploy config=config_x because=it is better"),
    ("deploy config_x to production because: a colon", "Deploy config=config_x environment=production because=a colon"),
    (
        'deploy "because" to production because because',
        'Deploy config="because" environment=production because=because',
    ),
    ('deploy "config_x" to production', 'Deploy config="config_x" environment=production'),
    ('deploy "config_x to production"', 'Deploy config="config_x to production"'),
    ("promote triage from staging to production", "Promote project=triage source=staging environment=production"),
    (
        "promote Refund triage from staging to production",
        "Promote project=Refund triage source=staging environment=production",
    ),
    ("promote triage to production from staging", "Promote project=triage source=staging environment=production"),
    ("promote triage from staging", "Promote project=triage source=staging"),
    ("promote triage to production", "Promote project=triage environment=production"),
    ("promote triage", "Promote project=triage"),
    (
        "promote triage from staging to production at 9:00 because tested",
        "Promote project=triage source=staging environment=production when=at 9:00 because=tested",
    ),
    (
        'promote "From here" from "to do" to production',
        'Promote project="From here" source="to do" environment=production',
    ),
    ("rollback triage in production", "Rollback project=triage environment=production"),
    (
        "rollback triage on production",
        "Rollback project=triage environment=production",
        "Rollback project=triage config=production",
    ),
    ("rollback triage", "Rollback project=triage"),
    (
        "rollback triage in production to v2",
        "Rollback project=triage environment=production config=v2",
        "Rollback project=triage environment=production to v2",
    ),
    (
        "rollback triage to v2 in production",
        "Rollback project=triage environment=production config=v2",
        "Rollback project=triage to v2 environment=production",
    ),
    (
        "rollback triage to production",
        "Rollback project=triage environment=production",
        "Rollback project=triage config=production",
    ),
    ("rollback triage to config v2", "Rollback project=triage config=v2"),
    (
        "rollback Refund triage in production because it answers twice",
        "Rollback project=Refund triage environment=production because=it answers twice",
    ),
    ("rollback triage in production in 10 minutes", "Rollback project=triage environment=production when=in 0:10:00"),
    ("rollback triage in 10 minutes", "Rollback project=triage when=in 0:10:00"),
    ("roll back triage in production", "Rollback project=triage environment=production"),
    ("Roll-back triage in production", "Rollback project=triage environment=production"),
    ("deactivate triage in staging", "Deactivate project=triage environment=staging"),
    ("deactivate triage from staging", "Deactivate project=triage environment=staging"),
    ("deactivate triage", "Deactivate project=triage"),
    (
        'deactivate "Refund triage" in staging at 18:00',
        'Deactivate project="Refund triage" environment=staging when=at 18:00',
    ),
    ("deploy", "OpenForm verb=deploy"),
    ("promote", "OpenForm verb=promote"),
    ("rollback", "OpenForm verb=rollback"),
    ("deactivate", "OpenForm verb=deactivate"),
    (
        "deploy Arrive at noon of travel to production",
        "Deploy config=Arrive at noon project=travel environment=production",
        "Deploy config=Arrive at noon of travel environment=production",
    ),
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
