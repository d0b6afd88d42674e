"""Searchable selects: answered from the index, in memory, because the acknowledgement is the answer."""

from __future__ import annotations

from bot.domain.names import Config, Environment, Project
from handlers import messages
from handlers.context import ListenerContext
from handlers.ids import Field, read_value, value
from handlers.listen import Answer
from handlers.messages import Pick
from handlers.payloads import OptionsRequest


class Options:
    """The listener of every searchable select."""

    def __init__(self, context: ListenerContext) -> None:
        self._index = context.ctx.index

    def answer(self, asked: OptionsRequest) -> Answer:
        """What there is to pick for what was typed."""
        return Answer(messages.options(self._picks(asked)))

    def _picks(self, asked: OptionsRequest) -> list[Pick]:
        match asked.action_id:
            case Field.CONFIG | Field.OTHER | Field.ACTIVE:
                project = _key(asked.view_state.get(Field.PROJECT))
                found = self._index.search_configs(asked.query, project)
                return [self._pick(config, owner) for owner, config in found]
            case Field.PROJECT:
                return [self._pick(project) for project in self._index.search_projects(asked.query)]
            case Field.ENVIRONMENT | Field.SOURCE:
                subject = _key(asked.view_state.get(Field.CONFIG) or asked.view_state.get(Field.PROJECT))
                provider = subject.partition(":")[0] if subject else None
                found_environments = self._index.search_environments(asked.query, provider)
                if provider is not None:
                    return [Pick(_id(found), found.name) for found in found_environments]
                return [self._pick(found) for found in found_environments]
            case _:
                return []

    def _pick(self, thing: Config | Project | Environment, owner: Project | None = None) -> Pick:
        """A thing by its name, with its provider where there are several."""
        names = [thing.name] + ([owner.name] if owner else [])
        several = [thing.provider] if len(self._index.caches) > 1 else []
        return Pick(_id(thing), " · ".join([*names, *several]))


def _id(thing: Config | Project | Environment) -> str:
    return value(":".join(thing.key))


def _key(picked: str | None) -> str | None:
    return read_value(picked) if picked else None
