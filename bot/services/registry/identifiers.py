"""Ids in the shape of the v4 wire format: a prefix and 21 characters of 0-9, A-Z, a-z."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 21


class Prefix(StrEnum):
    """The type of object that an id is for. `evtsv` and `evr` are ours: the v4 reference has no prefix for them."""

    PROJECT = "pr"
    CONFIG = "config"
    ENVIRONMENT = "env"
    EVALUATION = "ev"
    EVALUATOR = "evfn"
    EVALUATOR_VERSION = "evv"
    DATASET = "evts"
    DATASET_VERSION = "evtsv"
    DATAPOINT = "evtc"
    RESULT = "evr"
    LOG = "data"
    TOOL = "oc"
    TEAM = "tm"
    DIRECTORY = "dir"
    USER = "usr"


def new_id(prefix: Prefix) -> str:
    """A new random id, for example ``pr_8QmVb2Zk0sTnYc4LxHdE7``."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))}"


def stable_id(prefix: Prefix, *words: str) -> str:
    """The id derived from these words, always the same, in the same format as a new one."""
    number = int.from_bytes(hashlib.sha256("\0".join((prefix, *words)).encode()).digest())
    characters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(characters)}"


TEAM_ID = stable_id(Prefix.TEAM, "this registry")
"""A registry has one organisation, which has one team."""

PRODUCTION_ID = stable_id(Prefix.ENVIRONMENT, "production")
"""Id of the environment that every organisation starts with."""
