"""Lines that change what is live: the names in them resolved, and what they ask for as a `ChangeRequest`.

It never guesses: an unknown environment is never replaced, a missing one is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.change_requests import ChangeRequest
from bot.domain.changes import Kind
from bot.domain.live_state import Nothing
from bot.domain.names import Config, Environment, Project
from bot.domain.outcomes import Failed
from bot.domain.targets import LiveIn, PreviouslyLive, Target, UnresolvedTarget
from bot.grammar.commands import Command, Deactivate, Deploy, Name, Promote, Rollback
from bot.resolve.index import Index
from bot.resolve.labels import configs, display_name, label
from bot.resolve.resolver import Question, Resolved, answer, candidates, look_up, which

ChangeCommand = Deploy | Promote | Rollback | Deactivate

_KINDS = {Deploy: Kind.DEPLOY, Promote: Kind.PROMOTE, Rollback: Kind.ROLLBACK, Deactivate: Kind.DEACTIVATE}


async def resolve_change(index: Index, commands: Sequence[Command]) -> ChangeRequest | Question | Failed:
    """The one change that the commands ask for, else what to ask or to say."""
    changes = [command for command in commands if isinstance(command, ChangeCommand)]
    result = await look_up(index, lambda: _resolve(index, changes))
    return _request(result) if isinstance(result, Resolved) else result


def _resolve(index: Index, commands: Sequence[ChangeCommand]) -> Resolved[ChangeCommand] | Question:
    options = candidates(index, commands, configs_of=_own_or_foreign, needs_environment=True)
    own = [each for each in options.incomplete if _is_own(each)]
    word = _behind_to(commands)
    if word is not None and any(each.config is None for each in options.complete):
        return which(index, [*options.complete, *own], word, _label)
    options.complete = [each for each in options.complete if _is_own(each)] or options.complete[:1]
    options.incomplete = own or options.incomplete[:1]
    return answer(index, options, _label)


def _own_or_foreign(index: Index, name: Name, project: Project) -> Sequence[Config]:
    """The project's own configs of this name, else those of others at its provider, which are refused with a reason."""
    own = configs(index, name, project)
    return own or [config for config in configs(index, name, None) if config.provider == project.provider]


def _is_own(meaning: Resolved[ChangeCommand]) -> bool:
    """Whether the config, if one is named, is one of the project's own."""
    return all((config.provider, config.project_id) == meaning.projects[0].key for config in meaning.configs)


def _behind_to(commands: Sequence[ChangeCommand]) -> str | None:
    """The word behind ``rollback P to``: it may be an environment or a config, so it is asked."""
    rollbacks = [command for command in commands if isinstance(command, Rollback)]
    words = {command.config for command in rollbacks if command.environment is None}
    words &= {command.environment for command in rollbacks if command.config is None}
    return next((word.text for word in words if word is not None), None)


def _label(index: Index, meaning: Resolved[ChangeCommand]) -> str:
    """What a button says: what is to be live, and where."""
    environment = meaning.environment()
    what = label(index, meaning.config, meaning.project, meaning.environment("source"))
    return what if environment is None else f"{what} → {display_name(index, environment)}"


def _request(meaning: Resolved[ChangeCommand]) -> ChangeRequest:
    command, environment = meaning.command, meaning.environment()
    assert environment is not None  # noqa: S101 - narrows the type; a change without one is a question
    kind = _KINDS[type(command)]
    target = target_of(kind, meaning.config, meaning.environment("source"))
    return ChangeRequest(kind, meaning.projects[0], environment, target, command.because, when=command.when)


def target_of(kind: Kind, config: Config | None, source: Environment | None) -> Target | UnresolvedTarget:
    """What is to be live: the config, where one is named; else what the kind says."""
    match kind:
        case Kind.PROMOTE:
            assert source is not None  # noqa: S101 - narrows the type; a promote without one is a question
            return LiveIn(source)
        case Kind.DEACTIVATE:
            return Nothing()
        case _:
            return config or PreviouslyLive()
