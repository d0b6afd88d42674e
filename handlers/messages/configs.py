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
"""Most settings of a config that are shown, one per line."""

DIFFERENCES = 20
"""Lines shown of a diff that is too long to be shown whole."""

ROOM = 7_000
"""Most characters of a whole diff in a message, as JSON."""


def live(places: Sequence[LiveIn]) -> str:
    """Where a config is live, in a sentence, in mrkdwn."""
    if not places:
        return "not live anywhere"
    named = [code(each.environment.name, 40) + ("" if each.whole else " (part of the traffic)") for each in places]
    return f"live in {words.some(named, 4)}"


def detail_suggestions(detail: ConfigDetail) -> tuple[Suggestion, ...]:
    """Suggestions for what to look at next."""
    return (Suggestion("Configs of this project", detail.line),)


@renders(ConfigDetail, buttons=detail_suggestions)
def config_detail(detail: ConfigDetail, drafts: Drafts) -> Message:
    """A config with its content, where it is live, and its scores."""
    name, content = code(detail.config.name), detail.content
    model = f" on model {code(content.model)}" if content.model else ""
    summary = f"{name} of {code(detail.project.name)}: {words.counted(len(content.messages), 'message')}{model}"
    compared = detail.against if detail.scores.verdict is not Verdict.NOT_AVAILABLE else ()
    proven = "; ".join(scores.verdict(each) for each in compared[: scores.GROUPS])
    return compose(
        f"{summary}, {live(detail.live_in)}; {scores.short(detail.scores)}" + (f"; {proven}." if proven else "."),
        section(
            f"*{name}* of {code(detail.project.name)} · {code(detail.config.id)} · "
            f"{phrases.at(detail.project.provider, detail.noun)}"
        ),
        section(f"It is {live(detail.live_in)}{_archived(detail.config)}."),
        *(scores.beside(detail.against) if detail.against and detail.scores.rows else scores.own(detail.scores)),
        section("*Its content*"),
        rich_list(_settings(content)),
        *diffs.prompt(content),
        run_buttons(detail_suggestions(detail), drafts),
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


def list_suggestions(configs: ConfigList) -> tuple[Suggestion, ...]:
    """A suggestion for each row, and for the previous and the next page."""
    return (*(Suggestion(each.config.name, each.line) for each in configs.rows), *page_suggestions(configs))


@renders(ConfigList, buttons=list_suggestions)
def config_list(configs: ConfigList, drafts: Drafts) -> Message:
    """The configs of a project, those that are live first."""
    project = code(configs.project.name)
    if not configs.rows:
        text = f"{project} has no configs."
        return compose(text, section(text))
    short = "; ".join(f"{code(each.config.name)} {live(each.live_in)}" for each in configs.rows)
    head = f"{words.counted(configs.total, 'config')} of {project}"
    return compose(
        f"{head}, page {configs.page} of {configs.pages}: {short}.",
        section(f"*{head}* · {phrases.at(configs.project.provider, configs.noun)}"),
        *(
            row(
                f"*{code(each.config.name)}*{_model(each.model)} · {live(each.live_in)}{_archived(each.config)}\n"
                f"{code(each.config.id)}{scores.behind(each.scores, ' · ')}",
                each.line,
                drafts,
                number,
            )
            for number, each in enumerate(configs.rows, start=1)
        ),
        *pages(configs, drafts),
    )


def _archived(config: Config) -> str:
    return ". Archived, so it can't be deployed" if config.is_archived else ""


def _model(model: str) -> str:
    return f" · {code(model, 40)}" if model else ""


def comparison_lines(comparison: ConfigComparison) -> tuple[str, ...]:
    """The line behind the button for the full diff; empty when nothing differs."""
    return (comparison.line,) if comparison.diff else ()


@renders(ConfigComparison, buttons=comparison_lines)
def config_comparison(comparison: ConfigComparison, drafts: Drafts) -> Message:
    """How two configs differ, and their scores."""
    head, scored = _sides(comparison.old, comparison.new), scores.of_two(comparison.scores)
    draft = drafts.get(comparison.line) if comparison.diff else None
    return compose(
        f"{head}. {in_short(comparison.diff)} {scored}".rstrip(),
        section(f"*{head}*"),
        section(in_short(comparison.diff)) if comparison.diff else None,
        *differences(comparison.diff),
        section(scored) if scored else None,
        *scores.table_of_two(comparison.scores),
        actions([button("Full diff", Action.CONFIG_DIFF, draft)]) if draft else None,
        context(f"{code(comparison.old[1].id)} → {code(comparison.new[1].id)}"),
    )


def comparison_modal(comparison: ConfigComparison) -> dict[str, Any]:
    """The full diff of two configs with their scores, as a modal."""
    scored = scores.of_two(comparison.scores)
    blocks = [
        section(f"*{_sides(comparison.old, comparison.new)}*"),
        *([section(scored)] if scored else []),
        *scores.list_of_two(comparison.scores),
        *diffs.full(comparison.diff),
    ]
    return modal(View.REVIEW, "Full diff", blocks, private="config", close="Close")


def text_modal(text: str) -> dict[str, Any]:
    """A modal with one text (mrkdwn) instead of a comparison: a progress message or an error."""
    return modal(View.REVIEW, "Full diff", [section(text)], private="config", close="Close")


def _sides(old: tuple[Project, Config], new: tuple[Project, Config]) -> str:
    if old[0].key == new[0].key:
        return f"{code(old[1].name)} → {code(new[1].name)} of {code(new[0].name)}"
    return f"{code(old[1].name)} of {code(old[0].name)} → {code(new[1].name)} of {code(new[0].name)}"


def in_short(diff: ContentDiff) -> str:
    """What differs, in a sentence, in mrkdwn."""
    if not diff:
        return "Both have the same content."
    parts = []
    if diff.variables_lost:
        parts.append(f"variables lost ({words.some([code(name, 40) for name in diff.variables_lost], 5)})")
    if diff.values:
        parts.append(f"settings ({words.some([code(each.name, 40) for each in diff.values], 6)})")
    if diff.variables_added:
        parts.append(f"variables added ({words.some([code(name, 40) for name in diff.variables_added], 5)})")
    if diff.messages:
        parts.append(words.counted(len({each.position for each in diff.messages}), "message"))
    return f"They differ in: {'; '.join(parts)}."


def differences(diff: ContentDiff) -> list[Block]:
    """The full diff if a message can hold it, else its first lines."""
    whole = diffs.full(diff)
    if size([block.to_dict() for block in whole]) <= ROOM:
        return whole
    lines = list(diffs.lines_of(diff))
    blocks: list[Block] = [section("*What differs* (the start of each):"), rich_list(lines[:DIFFERENCES])]
    rest = len(lines) - DIFFERENCES
    return [*blocks, context(f"And {words.counted(rest, 'more difference')}.")] if rest > 0 else blocks
