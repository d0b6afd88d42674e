"""The operations of the v4 API, one method each, with the names of the v4 reference.

Every method can raise `ProviderError`. We never rely on v4's default environment: the environment is always passed.
"""

from __future__ import annotations

from bot.clients.humanloop.operations.configs import Configs
from bot.clients.humanloop.operations.datasets import Datasets
from bot.clients.humanloop.operations.deployments import Deployments
from bot.clients.humanloop.operations.evaluations import Evaluations
from bot.clients.humanloop.operations.evaluators import Evaluators
from bot.clients.humanloop.operations.group import PAGE_SIZE
from bot.clients.humanloop.operations.projects import Projects

__all__ = ["PAGE_SIZE", "Operations"]


class Operations(Projects, Configs, Deployments, Evaluations, Evaluators, Datasets):
    """All operations of one v4 base URL. `operation` describes a call to people and in logs."""
