"""The settings: the only place that reads the environment and ``.env``. Everybody else is handed values.

A wrong or missing setting stops the start, all of them at once, each by its name, with what is wrong and an example.
No value that was set is ever in such a text: it could be a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import pydantic_settings
from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
)
from pydantic import ValidationError as Invalid
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from rapidfuzz import process

from bot.domain.workhours import days_of, hours_of, zone_of

PREFIX = "CONFIGBOT_"

Mode = Literal["run", "clock", "doctor", "registry", "database", "manifest", "playground"]
"""What is started: each needs settings of its own."""

COMMANDS = (
    "configbot",
    "deploy",
    "promote",
    "rollback",
    "deactivate",
    "project",
    "config",
    "evaluations",
    "approvals",
    "deployments",
)
"""The slash commands, without prefix, that are registered when nothing else is set."""


class SettingsError(Exception):
    """Settings with which configbot does not start. `problems` holds a line for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _comma_separated(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _database(url: str) -> str:
    """Check the address of a database, and put the driver in that we use."""
    url = re.sub(r"^(postgres|postgresql)://", "postgresql+asyncpg://", url)
    url = re.sub(r"^sqlite://", "sqlite+aiosqlite://", url)
    if re.match(r"^postgresql\+asyncpg://[^/]+/[^/]+", url):
        return url
    path = re.match(r"^sqlite\+aiosqlite:///(.+)$", url)
    if path is None:
        raise ValueError("is not the address of a SQLite file or a PostgreSQL database")
    if path[1].startswith(":memory:"):
        raise ValueError("must be a file, so that the data survives a restart")
    return url


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an address that begins with https:// or http://")
    if parts.username or parts.password:
        raise ValueError("must not contain a user or a password")
    return url


def _channel(channel: str) -> str:
    if not re.fullmatch(r"[CG][A-Z0-9]{2,}", channel):
        raise ValueError("is not a channel id (in Slack: the channel's name, About, at the very bottom)")
    return channel


def _person(person: str) -> str:
    if not re.fullmatch(r"[UW][A-Z0-9]{2,}", person):
        raise ValueError("is not a member id (in Slack: open the person's profile, the three dots, *Copy member ID*)")
    return person


def _zone(name: str) -> str:
    return zone_of(name).key


def _days(text: str) -> str:
    days_of(text)
    return text


def _hours(text: str) -> str:
    hours_of(text)
    return text


def _command_name(name: str) -> str:
    name = name.removeprefix("/")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", name):
        raise ValueError("contains something that is not a command name (lower-case letters, digits, - and _)")
    if name not in COMMANDS:
        raise ValueError(f"contains {name}, which is not a command of configbot; known: {', '.join(COMMANDS)}")
    return name


_Seconds = Annotated[float, Field(gt=0)]
_Database = Annotated[str, AfterValidator(_database)]
_Channel = Annotated[str, AfterValidator(_channel)]
_Level = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    BeforeValidator(lambda level: level.upper() if isinstance(level, str) else level),
]


LAUNCHDARKLY_URL = "https://app.launchdarkly.com"
"""Where LaunchDarkly is, but for its federal and its European one."""

_MISSING = PydanticCustomError("missing", "Field required")


def _own_address(url: str, info: ValidationInfo) -> str:
    """Only LaunchDarkly has one address for nearly everybody. An unknown kind is told beside its own name."""
    if url or "kind" not in info.data:
        return _web_address(url) if url else url
    if info.data["kind"] != "launchdarkly":
        raise _MISSING
    return LAUNCHDARKLY_URL


def _project_key(project: str, info: ValidationInfo) -> str:
    kind = info.data.get("kind")
    if kind == "humanloop" and project:
        raise ValueError("is only for providers of kind launchdarkly")
    if kind == "launchdarkly" and not project:
        raise _MISSING
    if project and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", project):
        raise ValueError("is not a project key (letters, digits, dots, - and _, as in the address of its page)")
    return project


def _access_token(key: SecretStr, info: ValidationInfo) -> SecretStr:
    """An SDK key or a mobile key opens no REST API, and is the one that people have at hand."""
    if info.data.get("kind") == "launchdarkly" and key.get_secret_value().startswith(("sdk-", "mob-")):
        raise ValueError("is an SDK or mobile key; LaunchDarkly's API needs an access token (api-…)")
    return key


class ProviderSettings(BaseModel):
    """One config service. The kind comes first: what the others have to be depends on it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    kind: Literal["humanloop", "launchdarkly"] = Field(
        default="humanloop",
        description="The API of this provider: `humanloop` (the v4 wire format) or `launchdarkly`.",
        examples=["launchdarkly"],
    )
    url: Annotated[str, AfterValidator(_own_address)] = Field(
        default="",
        description=f"Base URL. Optional for `launchdarkly` ({LAUNCHDARKLY_URL}): set it only "
        "for the federal or the European service.",
        examples=["https://configs.example.com/v4"],
    )
    key: Annotated[SecretStr, AfterValidator(_access_token)] = Field(
        description="API key; for `launchdarkly`, the access token of a service account.", examples=["hl_sk_…"]
    )
    project: Annotated[str, AfterValidator(_project_key)] = Field(
        default="",
        description="Only for `launchdarkly`: key of the project that contains the AI Configs.",
        examples=["shop"],
    )


class RegistrySettings(BaseModel):
    """Our own config service."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    enabled: bool = Field(
        default=False,
        description="Serve our own config service under /v4 of the bot's web server, as the provider `registry`.",
        examples=["true"],
    )
    database_url: _Database = Field(
        default="sqlite+aiosqlite:///registry.db",
        repr=False,
        description="Database of the registry. Must not be the bot's database.",
        examples=["postgresql+asyncpg://user:password@host/registry"],
    )
    api_keys: Annotated[list[SecretStr], NoDecode, BeforeValidator(_comma_separated)] = Field(
        default=[],
        description="API keys that the registry accepts, separated by commas.",
        examples=["hl_sk_one,hl_sk_two"],
    )


def _slack(name: str) -> AliasChoices:
    """Slack's own name of a setting is taken as well; ours wins."""
    return AliasChoices(PREFIX + name, name)


class Settings(BaseSettings):
    """Every setting. Secrets are `SecretStr`; an address of a database is left out of the repr."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="ignore",  # other variables of the same `.env`; those with our prefix are checked in `load`
        frozen=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: SecretStr | None = Field(
        default=None,
        validation_alias=_slack("SLACK_BOT_TOKEN"),
        description="Bot token (in Slack's app settings: Install App, Bot User OAuth Token).",
        examples=["xoxb-…"],
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        validation_alias=_slack("SLACK_APP_TOKEN"),
        description="App-level token with the scope connections:write. If it is set, the bot uses Socket Mode.",
        examples=["xapp-…"],
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        validation_alias=_slack("SLACK_SIGNING_SECRET"),
        description="Signing secret (Basic Information). Needed for HTTP, when no app token is set.",
        examples=["0123456789abcdef0123456789abcdef"],
    )
    slack_api_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None,
        description="Address of Slack's Web API, only for workspaces with an address of their own.",
        examples=["https://slack-gov.com/api/"],
    )
    database_url: _Database = Field(
        default="sqlite+aiosqlite:///configbot.db",
        repr=False,
        description="Database of changes and their history: a SQLite file for one process, PostgreSQL for more.",
        examples=["postgresql+asyncpg://user:password@host/configbot"],
    )
    providers: dict[str, ProviderSettings] = Field(
        default={},
        description="The config services, each with a name that never changes (here MAIN, which becomes `main`).",
    )
    registry: RegistrySettings = Field(default=RegistrySettings())
    command_prefix: str = Field(
        default="",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,15}$|^$",
        description="Prefix of every slash command, for workspaces where another app uses the same names.",
        examples=["acorn-"],
    )
    commands: Annotated[
        list[Annotated[str, AfterValidator(_command_name)]], NoDecode, BeforeValidator(_comma_separated)
    ] = Field(
        default=list(COMMANDS),
        min_length=1,
        max_length=50,
        description="Slash commands to register, without prefix, separated by commas.",
        examples=["configbot,deploy"],
    )
    default_channel: _Channel | None = Field(
        default=None,
        description="Id of the channel for cards that can't be posted where they were requested.",
        examples=["C0123456789"],
    )
    evaluations_channel: _Channel | None = Field(
        default=None,
        description="Id of the channel for reports about evaluations left running. Default: the default channel.",
        examples=["C0123456789"],
    )
    evaluation_running_threshold: _Seconds = Field(
        default=4, description="Hours after which a running evaluation is reported as left running.", examples=["4"]
    )
    evaluations_owner: Annotated[str, AfterValidator(_person)] | None = Field(
        default=None,
        description="Member id of a person who also gets reports about evaluations left running by direct message.",
        examples=["U0123456789"],
    )
    reminders_at_most: int = Field(
        default=3,
        ge=1,
        le=20,
        description="Maximum number of reminders per evaluation, at most one per working day.",
        examples=["3"],
    )
    reminder_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="IANA time zone of the working hours.", examples=["Europe/Madrid"]
    )
    reminder_days: Annotated[str, AfterValidator(_days)] = Field(
        default="mon-fri",
        description="Working days: configbot sends reminders only on these days.",
        examples=["sun-thu"],
    )
    reminder_hours: Annotated[str, AfterValidator(_hours)] = Field(
        default="9-17",
        description="Working hours: configbot sends reminders only between these hours.",
        examples=["8:30-16:30"],
    )
    approval_expiry_hours: _Seconds = Field(
        default=24, description="Hours after which a change that is not approved expires.", examples=["24"]
    )
    index_refresh_minutes: _Seconds = Field(
        default=5, description="Minutes between refreshes of the list of all projects and configs.", examples=["5"]
    )
    drift_watch_minutes: _Seconds = Field(
        default=5,
        description="Minutes between checks of what is live, to find changes made outside configbot.",
        examples=["5"],
    )
    http_host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Use 0.0.0.0 in a container or on a hosting platform.",
        examples=["0.0.0.0"],  # noqa: S104 - an example, and what platforms need
    )
    http_port: int = Field(
        default=3000,
        ge=0,
        le=65535,
        validation_alias=AliasChoices(PREFIX + "HTTP_PORT", "PORT"),
        description="Port of the web server: Slack's requests in HTTP mode, health and metrics in every mode.",
        examples=["3000"],
    )
    log_level: _Level = Field(
        default="INFO", description="Minimum log level: DEBUG, INFO, WARNING or ERROR.", examples=["INFO"]
    )
    log_json: bool = Field(default=False, description="Write each log line as a JSON object.", examples=["true"])


@dataclass(frozen=True, slots=True)
class Row:
    """One setting, for people."""

    name: str
    """As it is written in the environment."""
    default: str
    """Empty when there is none."""
    example: str
    description: str
    also: str = ""
    """Another name that is taken."""


def load(mode: Mode, *, env_file: str | Path | None = ".env") -> Settings:
    """Read and check the settings for what is started. Raises `SettingsError` with every problem."""
    problems = list(_unknown(env_file))
    try:
        settings = Settings(_env_file=env_file)
    except Invalid as invalid:
        problems += [_problem(error["loc"], error["msg"], error["type"]) for error in invalid.errors()]
    except pydantic_settings.SettingsError as unreadable:
        field = re.search(r'field "(\w+)"', str(unreadable))
        problems.append(_line(PREFIX + (field[1].upper() if field else ""), "is not valid JSON", ""))
    else:
        problems += _missing(settings, mode)
    if problems:
        raise SettingsError(tuple(dict.fromkeys(problems)))
    return settings


def settings_table() -> tuple[Row, ...]:
    """Every setting, in the order in which people want to read of them."""
    return tuple(_rows(PREFIX, Settings))


def env_example() -> str:
    """Write out ``.env.example``."""
    parts = ["# Copy this file to .env and remove the # from the settings you want. The values are examples.\n"]
    for row in settings_table():
        notes = [row.description]
        if row.also:
            notes.append(f"Also read as {row.also}.")
        if row.default:
            notes.append(f"Default: {row.default}")
        parts.append("".join(f"# {note}\n" for note in notes) + f"# {row.name}={row.example}\n")
    return "\n".join(parts)


def _missing(settings: Settings, mode: Mode) -> Iterator[str]:
    if mode in ("run", "clock", "doctor"):
        yield from _tokens(settings)
        if not settings.providers and not settings.registry.enabled:
            yield _line(
                f"{PREFIX}PROVIDERS__MAIN__URL",
                "is missing: no config service is set",
                f"{PREFIX}PROVIDERS__MAIN__URL=https://configs.example.com/v4 and "
                f"{PREFIX}PROVIDERS__MAIN__KEY=hl_sk_…, or {PREFIX}REGISTRY__ENABLED=true",
            )
    if mode in ("run", "doctor") and settings.slack_app_token is None and settings.slack_signing_secret is None:
        yield _line(
            f"{PREFIX}SLACK_APP_TOKEN",
            f"is missing, and so is {PREFIX}SLACK_SIGNING_SECRET: Slack reaches the bot through one of them",
            f"{PREFIX}SLACK_APP_TOKEN=xapp-…",
        )
    if (mode == "registry" or settings.registry.enabled) and not settings.registry.api_keys:
        yield _needed("REGISTRY__API_KEYS")
    for name in settings.providers:
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", name) or (name == "registry" and settings.registry.enabled):
            yield _line(
                f"{PREFIX}PROVIDERS__{name.upper()}",
                "is not a valid provider name (letters, digits, - and _; `registry` is reserved for our own)",
                f"{PREFIX}PROVIDERS__MAIN__URL=…",
            )


def _tokens(settings: Settings) -> Iterator[str]:
    """Checked only where Slack is talked to: the playground starts whatever stands in the shell."""
    if settings.slack_bot_token is None:
        yield _needed("SLACK_BOT_TOKEN")
    for name, token, begin in (
        ("SLACK_BOT_TOKEN", settings.slack_bot_token, "xoxb-"),
        ("SLACK_APP_TOKEN", settings.slack_app_token, "xapp-"),
    ):
        if token is not None and not token.get_secret_value().startswith(begin):
            yield _needed(name, f"does not begin with {begin}")


def _needed(name: str, problem: str = "is missing") -> str:
    row = next(row for row in settings_table() if row.name == PREFIX + name)
    return _line(f"{row.name} (or {row.also})" if row.also else row.name, problem, f"{row.name}={row.example}")


def _unknown(env_file: str | Path | None) -> Iterator[str]:
    """A setting that is misspelt would be left out in silence."""
    known = {row.name for row in settings_table()}
    nested = tuple(f"{PREFIX}{name}" for name in ("PROVIDERS", "REGISTRY"))
    from_file = dotenv_values(env_file) if env_file is not None and Path(env_file).is_file() else {}
    for name in sorted({variable.upper() for variable in (*os.environ, *from_file)}):
        if not name.startswith(PREFIX) or name in known or name.startswith(tuple(f"{part}__" for part in nested)):
            continue
        if name in nested:  # all of it as one JSON object
            continue
        near = process.extractOne(name, known, score_cutoff=80)
        yield f"{name}: there is no such setting." + (f" Did you mean {near[0]}?" if near else "")


def _problem(loc: tuple[int | str, ...], message: str, kind: str) -> str:
    parts = [str(part) for part in loc if not isinstance(part, int)]
    name = "__".join(parts).upper()
    name = name if name.startswith(PREFIX) else PREFIX + name
    row = _row(name)
    words = {"missing": "is missing", "extra_forbidden": "is not a known setting here"}.get(kind)
    if words is None:
        words = message.removeprefix("Value error, ")
        words = words if words.startswith(("is ", "must ", "does ", "contains ")) else f"is wrong: {words}"
    shown = "…" in words  # an example stands in the words already
    return _line(name, words, f"{name}={row.example}" if row and not shown else "")


def _line(name: str, problem: str, example: str) -> str:
    return f"{name}: {problem}." + (f" Example: {example}" if example else "")


def _row(name: str) -> Row | None:
    general = re.sub(rf"^{PREFIX}PROVIDERS__[^_]+(?:_[^_]+)*__", f"{PREFIX}PROVIDERS__MAIN__", name)
    return next((row for row in settings_table() if row.name == general), None)


def _rows(prefix: str, model: type[BaseModel]) -> Iterator[Row]:
    for name, field in model.model_fields.items():
        if name == "providers":
            yield from _rows(f"{prefix}PROVIDERS__MAIN__", ProviderSettings)
        elif name == "registry":
            yield from _rows(f"{prefix}REGISTRY__", RegistrySettings)
        else:
            yield Row(
                name=f"{prefix}{name.upper()}",
                default=_default(field),
                example=str((field.examples or [""])[0]),
                description=field.description or "",
                also=_also(field),
            )


def _default(field: FieldInfo) -> str:
    if field.is_required() or field.default is None:
        return ""
    if isinstance(field.default, bool):
        return str(field.default).lower()
    if isinstance(field.default, list):
        return ",".join(field.default)
    return str(field.default)


def _also(field: FieldInfo) -> str:
    alias = field.validation_alias
    return str(alias.choices[1]) if isinstance(alias, AliasChoices) else ""
