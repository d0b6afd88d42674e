"""What is in the way of messages, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.notices import TroubleView
from handlers.messages import outages
from handlers.notifier import FINAL

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_every_reason_for_which_a_channel_is_given_up_has_words() -> None:
    assert set(outages.CAUSES) == FINAL


@pytest.mark.parametrize("cause", sorted(FINAL))
def test_what_is_in_the_way_and_what_mends_it_is_said(cause: str) -> None:
    said = outages.trouble(TroubleView("C0DEPLOYS", cause, NOON)).text
    what, mends = outages.CAUSES[cause]
    assert said == f"I couldn't post to <#C0DEPLOYS>: {what}. {mends}"


def test_that_it_is_over_is_said_in_the_same_message() -> None:
    message = outages.trouble(TroubleView("C0DEPLOYS", "is_archived", NOON, over=True))
    assert message.text == "I can post to <#C0DEPLOYS> again."


def test_somebody_who_left_is_named_as_a_person() -> None:
    assert "<@U0ADA>: the account is deactivated." in outages.trouble(TroubleView("U0ADA", "user_disabled", NOON)).text


def test_a_cause_that_has_no_words_is_shown_as_it_is_and_does_nothing() -> None:
    said = outages.trouble(TroubleView("C0<!here>", "odd `<!channel>`", NOON)).text
    assert "has refused it for a day" in said
    assert "<!" not in said
