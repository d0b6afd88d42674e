"""Configs: one whole, those of a project, how two differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, RichTextElement

from bot.domain.contents import Content, ContentDiff
from bot.domain.drafts import Drafts
from bot.domain.evaluations import Verdict
from bot.domain.names import Config, Project
from bot.domain.views import ConfigComparison, ConfigDetail, ConfigList, LiveIn, Suggestion
from handlers.ids import Action, View
from handlers.messages import diffs, phrases, scores, words
from handlers.messages.blocks import (
    Message,
    actions,
    button,
    code,
    compose,
    context,
    literal,
    one_line,
    plain,
    rich_list,
    run_buttons,
    section,
    size,
)
from handlers.messages.lists import page_suggestions, pages, row
from handlers.messages.rendering import renders
from handlers.messages.reviews import modal

SETTINGS = 14
"""Settings of a config that are shown, one in a line."""

DIFFERENCES = 20
"""Lines of a diff that is too long to be shown whole."""

ROOM = 7_000
"""Characters that a whole diff may take in a message, as JSON."""


def live(places: Sequence[LiveIn]) -> str:
    """Where a config is live, in a sentence, in mrkdwn."""
    if not places:
        return "not live anywhere"
    named = [code(each.environment.name, 40) + ("" if each.whole else " (part of the traffic)") for each in places]
    return f"live in {words.some(named, 4)}"


def detail_suggestions(shown: ConfigDetail) -> tuple[Suggestion, ...]:
    """What can be looked at next."""
    return (Suggestion("Configs of this project", shown.line),)


@renders(ConfigDetail, buttons=detail_suggestions)
def config_detail(shown: ConfigDetail, drafts: Drafts) -> Message:
    """A config with its content, where it is live, how it scored."""
    name, content = code(shown.config.name), shown.content
    model = f" on model {code(content.model)}" if content.model else ""
    said = f"{name} of {code(shown.project.name)}: {words.counted(len(content.messages), 'message')}{model}"
    compared = shown.against if shown.scores.verdict is not Verdict.NOT_AVAILABLE else ()
    proven = "; ".join(scores.verdict(each) for each in compared[: scores.GROUPS])
    return compose(
        f"{said}, {live(shown.live_in)}; {scores.short(shown.scores)}" + (f"; {proven}." if proven else "."),
        section(
            f"*{name}* of {code(shown.project.name)} · {code(shown.config.id)} · "
            f"{phrases.at(shown.project.provider, shown.noun)}"
        ),
        section(f"It is {live(shown.live_in)}{_archived(shown.config)}."),
        *(scores.beside(shown.against) if shown.against and shown.scores.rows else scores.own(shown.scores)),
        section("*Its content*"),
        rich_list(_settings(content)),
        *diffs.prompt(content),
        run_buttons(detail_suggestions(shown), drafts),
    )


def _settings(content: Content) -> Iterator[Sequence[RichTextElement]]:
    """Model, parameters, response format, tools and variables, one in a line."""
    named = {"model": content.model or None, "provider": content.vendor or None, **content.parameters}
    named["response_format"] = content.response_format
    present = [(name, value) for name, value in named.items() if value is not None]
    for name, value in present[:SETTINGS]:
        yield _line(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))
    if len(present) > SETTINGS:
        yield [plain(f"and {words.counted(len(present) - SETTINGS, 'more setting')}")]
    if content.tools:
        yield _line("tools", words.some(list(content.tools), 8))
    if content.judges:
        shares = [f"{key} {share * 100:g} %" for key, share in content.judges.items()]
        yield _line("judges", words.some(shares, 8))
    variables = sorted(content.variables())
    yield _line("variables", words.some([f"{{{{{name}}}}}" for name in variables], 12) if variables else "none")
    yield [plain(words.counted(len(content.messages), "message"))]


def _line(name: str, value: str) -> Sequence[RichTextElement]:
    return [plain(f"{literal(one_line(name), 40)}: "), plain(literal(one_line(value), 200), code_style=True)]


def list_suggestions(shown: ConfigList) -> tuple[Suggestion, ...]:
    """Every row, and the pages before and after."""
    return (*(Suggestion(each.config.name, each.line) for each in shown.rows), *page_suggestions(shown))


@renders(ConfigList, buttons=list_suggestions)
def config_list(shown: ConfigList, drafts: Drafts) -> Message:
    """The configs of a project, those that are live first."""
    project = code(shown.project.name)
    if not shown.rows:
        text = f"{project} has no configs."
        return compose(text, section(text))
    short = "; ".join(f"{code(each.config.name)} {live(each.live_in)}" for each in shown.rows)
    head = f"{words.counted(shown.total, 'config')} of {project}"
    return compose(
        f"{head}, page {shown.page} of {shown.pages}: {short}.",
        section(f"*{head}* · {phrases.at(shown.project.provider, shown.noun)}"),
        *(
            row(
                f"*{code(each.config.name)}*{_model(each.model)} · {live(each.live_in)}{_archived(each.config)}\n"
                f"{code(each.config.id)}{scores.behind(each.scores, ' · ')}",
                each.line,
                drafts,
                number,
            )
            for number, each in enumerate(shown.rows, start=1)
        ),
        *pages(shown, drafts),
    )


def _archived(config: Config) -> str:
    return ". Archived, so it can't be deployed" if config.is_archived else ""


def _model(model: str) -> str:
    return f" · {code(model, 40)}" if model else ""


def comparison_lines(shown: ConfigComparison) -> tuple[str, ...]:
    """What the button for the full diff needs, where something differs."""
    return (shown.line,) if shown.diff else ()


@renders(ConfigComparison, buttons=comparison_lines)
def config_comparison(shown: ConfigComparison, drafts: Drafts) -> Message:
    """How one config differs from another, and how both scored."""
    head, scored = _sides(shown.old, shown.new), scores.of_two(shown.scores)
    draft = drafts.get(shown.line) if shown.diff else None
    return compose(
        f"{head}. {in_short(shown.diff)} {scored}".rstrip(),
        section(f"*{head}*"),
        section(in_short(shown.diff)) if shown.diff else None,
        *differences(shown.diff),
        section(scored) if scored else None,
        *scores.table_of_two(shown.scores),
        actions([button("Full diff", Action.CONFIG_DIFF, draft)]) if draft else None,
        context(f"{code(shown.old[1].id)} → {code(shown.new[1].id)}"),
    )


def comparison_modal(shown: ConfigComparison) -> dict[str, Any]:
    """Everything that differs, whole, with the scores of both."""
    scored = scores.of_two(shown.scores)
    blocks = [
        section(f"*{_sides(shown.old, shown.new)}*"),
        *([section(scored)] if scored else []),
        *scores.list_of_two(shown.scores),
        *diffs.full(shown.diff),
    ]
    return modal(View.REVIEW, "Full diff", blocks, private="config", close="Close")


def told_modal(text: str) -> dict[str, Any]:
    """What came instead of a comparison, or that it is being read; `text` is in mrkdwn."""
    return modal(View.REVIEW, "Full diff", [section(text)], private="config", close="Close")


def _sides(old: tuple[Project, Config], new: tuple[Project, Config]) -> str:
    if old[0].key == new[0].key:
        return f"{code(old[1].name)} → {code(new[1].name)} of {code(new[0].name)}"
    return f"{code(old[1].name)} of {code(old[0].name)} → {code(new[1].name)} of {code(new[0].name)}"


def in_short(found: ContentDiff) -> str:
    """What differs, in a sentence, in mrkdwn."""
    if not found:
        return "Both have the same content."
    parts = []
    if found.variables_lost:
        parts.append(f"variables lost ({words.some([code(name, 40) for name in found.variables_lost], 5)})")
    if found.values:
        parts.append(f"settings ({words.some([code(each.name, 40) for each in found.values], 6)})")
    if found.variables_added:
        parts.append(f"variables added ({words.some([code(name, 40) for name in found.variables_added], 5)})")
    if found.messages:
        parts.append(words.counted(len({each.position for each in found.messages}), "message"))
    return f"They differ in: {'; '.join(parts)}."


def differences(found: ContentDiff) -> list[Block]:
    """The diff whole where a message can hold it, else its first lines."""
    whole = diffs.full(found)
    if size([block.to_dict() for block in whole]) <= ROOM:
        return whole
    lines = list(diffs.lines_of(found))
    shown: list[Block] = [section("*What differs* (the start of each):"), rich_list(lines[:DIFFERENCES])]
    rest = len(lines) - DIFFERENCES
    return [*shown, context(f"And {words.counted(rest, 'more difference')}.")] if rest > 0 else shown
