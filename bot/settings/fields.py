"""The settings themselves: name, type, default, description and example of each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.settings import checks

PREFIX = "CONFIGBOT_"

_Hours = Annotated[float, AfterValidator(checks.between(0.01, 8_760, "hours"))]
_Minutes = Annotated[float, AfterValidator(checks.between(0.1, 10_080, "minutes"))]
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
        description="The API of this provider: `humanloop` (the v4 wire format) or `launchdarkly`.",
        examples=["launchdarkly"],
    )
    url: Annotated[str, AfterValidator(checks.address_of_kind)] = Field(
        default="",
        description=f"Base URL. Optional for `launchdarkly` ({checks.LAUNCHDARKLY_URL}): set it only "
        "for the federal or the European service.",
        examples=["https://configs.example.com/v4"],
    )
    key: Annotated[SecretStr, AfterValidator(checks.access_token)] = Field(
        description="API key; for `launchdarkly`, the access token of a service account.", examples=["hl_sk_…"]
    )
    project: Annotated[str, AfterValidator(checks.project_of_kind)] = Field(
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
    api_keys: Annotated[list[SecretStr], NoDecode, BeforeValidator(checks.comma_separated)] = Field(
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
    slack_api_url: Annotated[str, AfterValidator(checks.web_address)] | None = Field(
        default=None,
        description="Address of Slack's Web API, only for workspaces with an address of their own.",
        examples=["https://slack-gov.com/api/"],
    )
    database_url: _Database = Field(
        default="sqlite+aiosqlite:///configbot.db",
        validate_default=False,  # it is right, and whoever sets none need not load what reads one
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
        list[Annotated[str, AfterValidator(checks.command_name)]] | None,
        NoDecode,
        BeforeValidator(checks.comma_separated),
    ] = Field(
        default=None,
        min_length=1,
        max_length=50,
        description="Slash commands to register, without prefix, separated by commas. All of them if none is named.",
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
    evaluation_running_threshold: _Hours = Field(
        default=4, description="Hours after which a running evaluation is reported as left running.", examples=["4"]
    )
    evaluations_owner: Annotated[str, AfterValidator(checks.member_id)] | None = Field(
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
    reminder_zone: Annotated[str, AfterValidator(checks.time_zone)] = Field(
        default="UTC", description="IANA time zone of the working hours.", examples=["Europe/Madrid"]
    )
    reminder_days: Annotated[str, AfterValidator(checks.days)] = Field(
        default="mon-fri",
        description="Working days: configbot sends reminders only on these days.",
        examples=["sun-thu"],
    )
    reminder_hours: Annotated[str, AfterValidator(checks.hours)] = Field(
        default="9-17",
        description="Working hours: configbot sends reminders only between these hours.",
        examples=["8:30-16:30"],
    )
    approval_expiry_hours: _Hours = Field(
        default=24, description="Hours after which a change that is not approved expires.", examples=["24"]
    )
    index_refresh_minutes: _Minutes = Field(
        default=5, description="Minutes between refreshes of the list of all projects and configs.", examples=["5"]
    )
    drift_watch_minutes: _Minutes = Field(
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
