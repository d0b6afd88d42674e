"""Who may answer a drift, and when it is too late."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.actors import Standing
from bot.domain.changes import Kind, RuleMark, State
from bot.domain.drift import Drift, Ending
from bot.domain.errors import Code
from bot.domain.facts import Adoption, Allowed, Denied, OpenChange, Restoration
from bot.domain.policies import decide
from tests.bot.domain.test_drift import EDITED, NOON, V, told
from tests.handlers.messages.samples import RAVI

OPEN = OpenChange("01CHANGE", 7, Kind.ROLLBACK, State.WAITING)


def over(how: Ending) -> Drift:
    return replace(told(), ended_at=NOON, ended_as=how, ended_by="U0MIRA")


def codes(facts: Adoption | Restoration) -> list[Code]:
    answer = decide(facts)
    return [reason.code for reason in answer.reasons] if isinstance(answer, Denied) else []


@pytest.mark.parametrize("asks", [Adoption, Restoration])
def test_every_full_member_answers(asks: Any) -> None:
    assert decide(asks(RAVI, told())) == Allowed(RuleMark("member-answers-drift", 0))


@pytest.mark.parametrize("asks", [Adoption, Restoration])
@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.MEMBER])
def test_nobody_else_does(asks: Any, standing: Standing) -> None:
    (code,) = codes(asks(replace(RAVI, standing=standing), told()))
    assert code in (Code.GUEST, Code.BOT, Code.DEACTIVATED, Code.STRANGER, Code.PERSON_UNREADABLE)


@pytest.mark.parametrize("asks", [Adoption, Restoration])
@pytest.mark.parametrize("how", Ending)
def test_what_is_over_is_answered_with_how(asks: Any, how: Ending) -> None:
    answer = decide(asks(RAVI, over(how), True))
    assert isinstance(answer, Denied)
    (reason,) = answer.reasons
    assert (reason.code, reason.facts) == (Code.DRIFT_OVER, {"ended": how.value, "whom": "U0MIRA"})


@pytest.mark.parametrize("asks", [Adoption, Restoration])
def test_what_moved_on_has_to_be_looked_at_again(asks: Any) -> None:
    assert codes(asks(RAVI, told(), True)) == [Code.DRIFT_MOVED_ON]


def test_what_is_no_more_is_not_restored() -> None:
    assert codes(Restoration(RAVI, told(EDITED))) == [Code.CANNOT_RESTORE]
    assert codes(Restoration(RAVI, told(V), lost=True)) == [Code.CANNOT_RESTORE]
    assert codes(Adoption(RAVI, told(EDITED))) == []


def test_what_is_asked_for_already_is_not_asked_for_twice() -> None:
    assert codes(Restoration(RAVI, told(), open_change=OPEN)) == [Code.OPEN_CHANGE]


def test_all_reasons_are_told_at_once() -> None:
    guest = replace(RAVI, standing=Standing.GUEST)
    facts = Restoration(guest, told(EDITED), moved_on=True, open_change=OPEN)
    assert codes(facts) == [Code.GUEST, Code.DRIFT_MOVED_ON, Code.CANNOT_RESTORE, Code.OPEN_CHANGE]
