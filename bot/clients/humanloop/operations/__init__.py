"""The operations of the v4 API that configbot needs, one method each, in the words of the wire.

Every method can raise `ProviderError`. We never rely on v4's default environment: the environment is always passed.
"""

from __future__ import annotations

from bot.clients.humanloop.operations.configs import Configs
from bot.clients.humanloop.operations.deployments import Deployments
from bot.clients.humanloop.operations.evaluations import Evaluations
from bot.clients.humanloop.operations.group import PAGE_SIZE
from bot.clients.humanloop.operations.projects import Projects

__all__ = ["PAGE_SIZE", "Operations"]


class Operations(Projects, Configs, Deployments, Evaluations):
    """One v4 base URL. `operation` says what is being done, for people and logs, better than ids can."""
