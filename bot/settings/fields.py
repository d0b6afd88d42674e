"""The settings themselves: name, type, default, description and example of each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.settings import checks

PREFIX = "CONFIGBOT_"

_Seconds = Annotated[float, Field(gt=0)]
_Database = Annotated[str, AfterValidator(checks.database_address)]
_Channel = Annotated[str, AfterValidator(checks.channel_id)]
_Level = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    BeforeValidator(lambda level: level.upper() if isinstance(level, str) else level),
]


class ProviderSettings(BaseModel):
    """One config service. The kind comes first: what the others have to be depends on it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    kind: Literal["humanloop", "launchdarkly"] = Field(
        default="humanloop",
        description="What it speaks: `humanloop` is the v4 wire format, `launchdarkly` the API of LaunchDarkly.",
        examples=["launchdarkly"],
    )
    url: Annotated[str, AfterValidator(checks.address_of_kind)] = Field(
        default="",
        description=f"Its base address. `launchdarkly` has one, {checks.LAUNCHDARKLY_URL}; set another one "
        "for its federal or European service.",
        examples=["https://configs.example.com/v4"],
    )
    key: Annotated[SecretStr, AfterValidator(checks.access_token)] = Field(
        description="Its API key; for `launchdarkly` an access token of a service account.", examples=["hl_sk_…"]
    )
    project: Annotated[str, AfterValidator(checks.project_of_kind)] = Field(
        default="",
        description="For `launchdarkly`: the key of the project whose AI Configs these are.",
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
        description="The registry's own database; not the bot's.",
        examples=["postgresql+asyncpg://user:password@host/registry"],
    )
    api_keys: Annotated[list[SecretStr], NoDecode, BeforeValidator(checks.comma_separated)] = Field(
        default=[],
        description="Keys that the registry takes from its callers, separated by commas.",
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
        description="The bot's token (Install App, Bot User OAuth Token).",
        examples=["xoxb-…"],
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        validation_alias=_slack("SLACK_APP_TOKEN"),
        description="The app-level token with the scope connections:write. With it the bot uses Socket Mode.",
        examples=["xapp-…"],
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        validation_alias=_slack("SLACK_SIGNING_SECRET"),
        description="The signing secret (Basic Information), for HTTP: when there is no app token.",
        examples=["0123456789abcdef0123456789abcdef"],
    )
    slack_api_url: Annotated[str, AfterValidator(checks.web_address)] | None = Field(
        default=None,
        description="Another address of Slack's Web API, for workspaces that have one of their own.",
        examples=["https://slack-gov.com/api/"],
    )
    database_url: _Database = Field(
        default="sqlite+aiosqlite:///configbot.db",
        repr=False,
        description="Where changes and their history are kept: a SQLite file for one process, PostgreSQL for more.",
        examples=["postgresql+asyncpg://user:password@host/configbot"],
    )
    providers: dict[str, ProviderSettings] = Field(
        default={}, description="The config services, by a name that never changes (here MAIN, which becomes `main`)."
    )
    registry: RegistrySettings = Field(default=RegistrySettings())
    command_prefix: str = Field(
        default="",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,15}$|^$",
        description="Put before every slash command, for workspaces where another app has the same names.",
        examples=["acorn-"],
    )
    commands: Annotated[
        list[Annotated[str, AfterValidator(checks.command_name)]], NoDecode, BeforeValidator(checks.comma_separated)
    ] = Field(
        default=list(checks.COMMANDS),
        min_length=1,
        max_length=50,
        description="The slash commands that the app registers, without prefix, separated by commas.",
        examples=["configbot,deploy"],
    )
    default_channel: _Channel | None = Field(
        default=None,
        description="The id of the channel where cards stand that cannot stand where they were asked for.",
        examples=["C0123456789"],
    )
    evaluations_channel: _Channel | None = Field(
        default=None,
        description="The id of the channel for reports of evaluations left running; else the default channel.",
        examples=["C0123456789"],
    )
    evaluation_running_threshold: _Seconds = Field(
        default=4, description="Hours after which an evaluation counts as left running.", examples=["4"]
    )
    evaluations_owner: Annotated[str, AfterValidator(checks.member_id)] | None = Field(
        default=None,
        description="The member id of who hears of every evaluation left running in a direct message as well.",
        examples=["U0123456789"],
    )
    reminders_at_most: int = Field(
        default=3,
        ge=1,
        le=20,
        description="How often an evaluation is said by itself, on as many working days.",
        examples=["3"],
    )
    reminder_zone: Annotated[str, AfterValidator(checks.time_zone)] = Field(
        default="UTC", description="The time zone of the working hours, by its IANA name.", examples=["Europe/Madrid"]
    )
    reminder_days: Annotated[str, AfterValidator(checks.days)] = Field(
        default="mon-fri", description="The days on which configbot reminds by itself.", examples=["sun-thu"]
    )
    reminder_hours: Annotated[str, AfterValidator(checks.hours)] = Field(
        default="9-17", description="The hours of those days in which it does.", examples=["8:30-16:30"]
    )
    approval_expiry_hours: _Seconds = Field(
        default=24, description="Hours for which an approval is waited for.", examples=["24"]
    )
    index_refresh_minutes: _Seconds = Field(
        default=5, description="Minutes between two readings of all projects and configs.", examples=["5"]
    )
    drift_watch_minutes: _Seconds = Field(
        default=5,
        description="Minutes between two looks at what is live, for changes made outside configbot.",
        examples=["5"],
    )
    http_host: str = Field(
        default="127.0.0.1",
        description="The address to listen on; 0.0.0.0 inside a container or on a platform.",
        examples=["0.0.0.0"],  # noqa: S104 - an example, and what platforms need
    )
    http_port: int = Field(
        default=3000,
        ge=0,
        le=65535,
        validation_alias=AliasChoices(PREFIX + "HTTP_PORT", "PORT"),
        description="The port of the web server: Slack's requests in HTTP mode, health and metrics in every mode.",
        examples=["3000"],
    )
    log_level: _Level = Field(
        default="INFO", description="The least that is logged: DEBUG, INFO, WARNING or ERROR.", examples=["INFO"]
    )
    log_json: bool = Field(default=False, description="One JSON object for each line of the log.", examples=["true"])
