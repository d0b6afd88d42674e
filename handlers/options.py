"""Searchable selects. The acknowledgement is the answer, so options come from the index in memory."""

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

    def answer(self, request: OptionsRequest) -> Answer:
        """The options that match what was typed."""
        return Answer(messages.options(self._picks(request)))

    def _picks(self, request: OptionsRequest) -> list[Pick]:
        match request.action_id:
            case Field.CONFIG | Field.OTHER | Field.ACTIVE:
                project = _key(request.view_state.get(Field.PROJECT))
                matches = self._index.search_configs(request.query, project)
                return [self._pick(config, owner) for owner, config in matches]
            case Field.PROJECT:
                return [self._pick(project) for project in self._index.search_projects(request.query)]
            case Field.ENVIRONMENT | Field.SOURCE:
                subject = _key(request.view_state.get(Field.CONFIG) or request.view_state.get(Field.PROJECT))
                provider = subject.partition(":")[0] if subject else None
                environments = self._index.search_environments(request.query, provider)
                if provider is not None:
                    return [Pick(_id(each), each.name) for each in environments]
                return [self._pick(each) for each in environments]
            case _:
                return []

    def _pick(self, item: Config | Project | Environment, owner: Project | None = None) -> Pick:
        """An option labelled with the name, and with the provider when there are several."""
        names = [item.name] + ([owner.name] if owner else [])
        several = [item.provider] if len(self._index.caches) > 1 else []
        return Pick(_id(item), " · ".join([*names, *several]))


def _id(item: Config | Project | Environment) -> str:
    return value(":".join(item.key))


def _key(picked: str | None) -> str | None:
    return read_value(picked) if picked else None
