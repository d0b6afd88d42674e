"""The lines that show configs."""

from __future__ import annotations

from bot.domain.base import Outcome
from bot.features.configs import config_queries, forms
from bot.features.forms import of_project
from bot.features.registration import Call, Line, LineForm
from bot.grammar import Noun
from bot.grammar.commands import DiffConfigs, ListConfigs, ShowConfig

CONFIG = Noun(
    word="config", spellings=("configs",), group="Look", slash="config", about="Show, list and compare configs."
)


async def answer(call: Call) -> Outcome:
    """One config, those of a project, or the difference of two: the reading that resolves."""
    return await config_queries.answer(call.ctx, call.commands, page=call.page)


LINES = (
    Line(
        key="config show",
        usage="config show CONFIG [of PROJECT]",
        does="Show the content of a config and where it is live.",
        example="config show config_x",
        command=ShowConfig,
        noun=CONFIG,
        also=("config CONFIG [of PROJECT]",),
        run=answer,
        opens_form=("config show",),
        form=LineForm(forms.show),
    ),
    Line(
        key="config list",
        usage="config list PROJECT",
        does="List the configs of a project.",
        example="config list triage",
        command=ListConfigs,
        noun=CONFIG,
        also=("config list of PROJECT", "config [of] PROJECT"),
        run=answer,
        opens_form=("config", "config list"),
        form=LineForm(of_project(ListConfigs)),
    ),
    Line(
        key="config diff",
        usage="config diff A [of PROJECT-A] with B [of PROJECT-B]",
        does="Compare two configs, word by word.",
        example="config diff config_x with config_y",
        command=DiffConfigs,
        noun=CONFIG,
        run=answer,
        opens_form=("config diff",),
        form=LineForm(forms.diff),
    ),
)
