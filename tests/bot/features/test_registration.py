"""A line that is registered wrongly stops the start."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.features.changes.lines import LINES
from bot.features.registration import not_ready


def test_a_line_that_opens_a_form_has_one_and_a_form_is_opened_by_something() -> None:
    deploy = next(line for line in LINES if line.key == "deploy")
    with pytest.raises(ValueError, match="registering deploy: `form` and `opens_form` belong together"):
        replace(deploy, form=None)
    with pytest.raises(ValueError, match="registering deploy: `form` and `opens_form` belong together"):
        replace(deploy, opens_form=())


def test_a_line_that_is_not_ready_has_nothing_to_run_and_one_that_is_has() -> None:
    deploy = next(line for line in LINES if line.key == "deploy")
    with pytest.raises(
        ValueError, match="registering deploy: a line is ready if, and only if, it has a `run` of its own"
    ):
        replace(deploy, ready=False)
    with pytest.raises(ValueError, match="registering deploy: a line is ready if"):
        replace(deploy, run=not_ready)
