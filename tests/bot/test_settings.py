"""Settings are read once, and a wrong one is told by its name, with what is wrong and an example; never its value."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import grammar
from bot.app import slash_commands
from bot.settings import Mode, SettingsError, env_example, load, settings_table

ROOT = Path(__file__).parents[2]

ENOUGH = {
    "SLACK_BOT_TOKEN": "xoxb-1-ada",
    "SLACK_APP_TOKEN": "xapp-1-ada",
    "CONFIGBOT_PROVIDERS__MAIN__URL": "https://configs.example.com/v4",
    "CONFIGBOT_PROVIDERS__MAIN__KEY": "hl_sk_secret",
}


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment with none of our variables, in a folder without a ``.env``."""
    for name in list(os.environ):
        if name.upper().startswith(("CONFIGBOT_", "SLACK_")) or name == "PORT":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


Give = Callable[..., None]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Give:
    """Set environment variables."""

    def give(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return give


def refusal(mode: Mode = "run") -> str:
    with pytest.raises(SettingsError) as raised:
        load(mode)
    return str(raised.value)


def test_starts_with_slacks_own_names_and_one_provider(given: Give) -> None:
    given(**ENOUGH)

    settings = load("run")

    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1-ada"
    assert settings.providers["main"].kind == "humanloop"
    assert settings.providers["main"].key.get_secret_value() == "hl_sk_secret"
    assert settings.database_url == "sqlite+aiosqlite:///configbot.db"
    assert settings.commands is None  # all that are registered
    assert settings.evaluation_running_threshold == 4


def test_our_name_of_a_token_wins_over_slacks(given: Give) -> None:
    given(**ENOUGH, CONFIGBOT_SLACK_BOT_TOKEN="xoxb-2-ours")

    token = load("run").slack_bot_token

    assert token is not None
    assert token.get_secret_value() == "xoxb-2-ours"


def test_no_secret_is_in_a_repr(given: Give) -> None:
    given(**ENOUGH, CONFIGBOT_DATABASE_URL="postgresql://configbot:hunter2@db/configbot")
    given(CONFIGBOT_REGISTRY__ENABLED="true", CONFIGBOT_REGISTRY__API_KEYS="hl_sk_hidden")

    text = repr(load("run"))

    for secret in ("xoxb-1", "xapp-1", "hl_sk", "hunter2"):
        assert secret not in text


def test_reads_a_file_beside_it_and_the_environment_wins(given: Give, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CONFIGBOT_LOG_LEVEL=debug\nCONFIGBOT_HTTP_PORT=4000\nSOMEBODY_ELSES=1\n")
    given(CONFIGBOT_HTTP_PORT="5000")

    settings = load("manifest")

    assert (settings.log_level, settings.http_port) == ("DEBUG", 5000)


def test_an_empty_setting_is_none_at_all(given: Give) -> None:
    given(CONFIGBOT_LOG_LEVEL="", CONFIGBOT_DEFAULT_CHANNEL="")

    assert load("manifest").default_channel is None


def test_takes_the_port_that_a_platform_gives(given: Give) -> None:
    given(PORT="8123")

    assert load("manifest").http_port == 8123


@pytest.mark.parametrize(
    ("given_url", "understood"),
    [
        ("postgres://u:p@h/db", "postgresql+asyncpg://u:p@h/db"),
        ("postgresql://u:p@h:5432/db", "postgresql+asyncpg://u:p@h:5432/db"),
        ("postgresql+asyncpg://u:p@h/db?ssl=require", "postgresql+asyncpg://u:p@h/db?ssl=require"),
        ("postgresql://u:p%40s%2Fs@h/db?sslmode=require", "postgresql+asyncpg://u:p%40s%2Fs@h/db?ssl=require"),
        ("postgresql://u@/db?host=/run/sockets", "postgresql+asyncpg://u@/db?host=%2Frun%2Fsockets"),
        ("sqlite:////var/lib/configbot.db", "sqlite+aiosqlite:////var/lib/configbot.db"),
    ],
)
def test_puts_the_driver_into_the_address_of_a_database(given: Give, given_url: str, understood: str) -> None:
    given(CONFIGBOT_DATABASE_URL=given_url)

    assert load("database").database_url == understood


def test_lists_and_providers_are_readable_as_people_write_them(given: Give) -> None:
    given(
        **ENOUGH,
        CONFIGBOT_COMMANDS="/configbot, deploy ,",
        CONFIGBOT_PROVIDERS__STAGING_1__URL="http://127.0.0.1:8000/v4",
        CONFIGBOT_PROVIDERS__STAGING_1__KEY="k",
        CONFIGBOT_REGISTRY__API_KEYS="one, two",
    )

    settings = load("run")

    assert settings.commands == ["configbot", "deploy"]
    assert set(settings.providers) == {"main", "staging_1"}
    assert [key.get_secret_value() for key in settings.registry.api_keys] == ["one", "two"]


def test_providers_may_be_one_json_object(given: Give) -> None:
    given(CONFIGBOT_PROVIDERS='{"main": {"url": "https://configs.example.com/v4", "key": "k"}}')

    assert load("manifest").providers["main"].url == "https://configs.example.com/v4"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("CONFIGBOT_LOG_LEVEL", "loud-hunter2", "is wrong: Input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("CONFIGBOT_LOG_JSON", "hunter2", "is wrong: Input should be a valid boolean"),
        ("CONFIGBOT_HTTP_PORT", "99999", "is wrong: Input should be less than or equal to 65535"),
        (
            "CONFIGBOT_DATABASE_URL",
            "mysql://u:hunter2@h/db",
            "is not the address of a SQLite file or a PostgreSQL database",
        ),
        ("CONFIGBOT_DATABASE_URL", "sqlite:///:memory:", "must be a file"),
        ("CONFIGBOT_DATABASE_URL", "sqlite:///x.db?mode=memory", "must be a file, so that the data survives a restart"),
        ("CONFIGBOT_DATABASE_URL", "postgresql://u:hunter2@h:abc/db", "is not the address of a SQLite file or a"),
        ("CONFIGBOT_DATABASE_URL", "postgresql://u:hunter2@h:70000/db", "must have a port from 1 to 65535. Example: "),
        ("CONFIGBOT_DATABASE_URL", "postgresql://u:hunter2@h", "must end in the name of a database"),
        ("CONFIGBOT_REGISTRY__DATABASE_URL", "postgresql://u:hunter2@h:abc/db", "is not the address of a SQLite"),
        ("CONFIGBOT_DEFAULT_CHANNEL", "#deploys", "is not a channel id"),
        ("CONFIGBOT_EVALUATIONS_CHANNEL", "U0ADA", "is not a channel id"),
        ("CONFIGBOT_EVALUATION_RUNNING_THRESHOLD", "0", "must be a number of hours from 0.01 to 8760. Example: "),
        ("CONFIGBOT_EVALUATION_RUNNING_THRESHOLD", "nan", "must be a number of hours from 0.01 to 8760"),
        ("CONFIGBOT_APPROVAL_EXPIRY_HOURS", "100000000", "must be a number of hours from 0.01 to 8760"),
        ("CONFIGBOT_INDEX_REFRESH_MINUTES", "inf", "must be a number of minutes from 0.1 to 10080. Example: "),
        ("CONFIGBOT_DRIFT_WATCH_MINUTES", "0.000000001", "must be a number of minutes from 0.1 to 10080"),
        ("CONFIGBOT_EVALUATIONS_OWNER", "@ada", "is not a member id"),
        ("CONFIGBOT_REMINDERS_AT_MOST", "0", "is wrong: Input should be greater than or equal to 1"),
        (
            "CONFIGBOT_REMINDER_ZONE",
            "Mars/Olympus",
            "is not an IANA time zone. Example: CONFIGBOT_REMINDER_ZONE=Europe/",
        ),
        ("CONFIGBOT_REMINDER_DAYS", "some-days", "contains something that is not a day of the week"),
        ("CONFIGBOT_REMINDER_HOURS", "17-9", "must begin before it ends, on the same day"),
        ("CONFIGBOT_APPROVAL_EXPIRY_HOURS", "a day", "is wrong: Input should be a valid number"),
        ("CONFIGBOT_COMMANDS", "Deploy It", "contains something that is not a command name"),
        (
            "CONFIGBOT_COMMANDS",
            "deploy,deplyo",
            "contains deplyo, which is not a command of configbot; known: deploy, promote,",
        ),
        ("CONFIGBOT_COMMANDS", ",", "is wrong: List should have at least 1 item"),
        ("CONFIGBOT_COMMAND_PREFIX", "acorn bot", "is wrong: String should match pattern"),
        ("CONFIGBOT_SLACK_API_URL", "slack.com", "is not an address that begins with https:// or http://"),
        ("CONFIGBOT_PROVIDERS__MAIN__URL", "https://u:hunter2@h/v4", "must not contain a user or a password"),
        ("CONFIGBOT_PROVIDERS__MAIN__KIND", "hunter2", "is wrong: Input should be 'humanloop'"),
        ("CONFIGBOT_PROVIDERS__MAIN__URI", "hunter2", "is not a known setting here"),
        ("CONFIGBOT_PROVIDERS__MAIN__PROJECT", "hunter2", "is only for providers of kind launchdarkly"),
        ("CONFIGBOT_PROVIDERS__MAIN__PROJECT", "hunter2 shop", "is only for providers of kind launchdarkly"),
        ("CONFIGBOT_REGISTRY__ENABLED", "hunter2", "is wrong: Input should be a valid boolean"),
        ("CONFIGBOT_PROVIDERS", "{hunter2", "is not valid JSON"),
        ("CONFIGBOT_PROVIDERS__2ND__URL", "https://h/v4", "is missing"),
    ],
)
def test_refuses_a_wrong_setting_by_its_name(given: Give, name: str, value: str, problem: str) -> None:
    given(**ENOUGH)
    given(**{name: value})

    text = refusal()

    assert any(line.startswith(name.removesuffix("__URL")) and problem in line for line in text.splitlines()), text
    assert "hunter2" not in text


@pytest.mark.parametrize(("hours", "minutes"), [("0.01", "0.1"), ("8760", "10080")])
def test_takes_every_time_up_to_its_bounds(given: Give, hours: str, minutes: str) -> None:
    given(CONFIGBOT_APPROVAL_EXPIRY_HOURS=hours, CONFIGBOT_DRIFT_WATCH_MINUTES=minutes)

    settings = load("manifest")

    assert (settings.approval_expiry_hours, settings.drift_watch_minutes) == (float(hours), float(minutes))


def test_an_example_stands_beside_what_is_wrong(given: Give) -> None:
    given(**ENOUGH, CONFIGBOT_DEFAULT_CHANNEL="#deploys")

    assert refusal().endswith("Example: CONFIGBOT_DEFAULT_CHANNEL=C0123456789")


def test_says_everything_that_is_missing_at_once() -> None:
    text = refusal()

    assert (
        "CONFIGBOT_SLACK_BOT_TOKEN (or SLACK_BOT_TOKEN): is missing. Example: CONFIGBOT_SLACK_BOT_TOKEN=xoxb-…" in text
    )
    assert "CONFIGBOT_SLACK_APP_TOKEN: is missing, and so is CONFIGBOT_SLACK_SIGNING_SECRET" in text
    assert "CONFIGBOT_PROVIDERS__MAIN__URL: is missing: no config service is set" in text


def test_a_token_of_the_wrong_kind_is_refused_where_slack_is_talked_to(given: Give) -> None:
    given(**ENOUGH | {"SLACK_BOT_TOKEN": "xapp-hunter2", "SLACK_APP_TOKEN": "xoxb-hunter2"})

    text = refusal()

    assert "CONFIGBOT_SLACK_BOT_TOKEN (or SLACK_BOT_TOKEN): does not begin with xoxb-" in text
    assert "CONFIGBOT_SLACK_APP_TOKEN (or SLACK_APP_TOKEN): does not begin with xapp-" in text
    assert "hunter2" not in text
    assert load("playground").log_level == "INFO"


def test_http_needs_the_signing_secret_instead_of_an_app_token(given: Give) -> None:
    given(**ENOUGH, SLACK_SIGNING_SECRET="s")
    given(SLACK_APP_TOKEN="")

    assert load("run").slack_app_token is None


def test_the_clock_needs_no_way_in_from_slack(given: Give) -> None:
    given(**ENOUGH)
    given(SLACK_APP_TOKEN="")

    assert load("clock").slack_app_token is None


def test_a_registry_without_keys_is_refused(given: Give) -> None:
    given(SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", CONFIGBOT_REGISTRY__ENABLED="yes")

    assert refusal() == (
        "CONFIGBOT_REGISTRY__API_KEYS: is missing. Example: CONFIGBOT_REGISTRY__API_KEYS=hl_sk_one,hl_sk_two"
    )
    assert refusal("registry").startswith("CONFIGBOT_REGISTRY__API_KEYS: is missing")


def test_launchdarkly_needs_a_token_and_a_project_and_has_an_address(given: Give) -> None:
    given(
        **ENOUGH,
        CONFIGBOT_PROVIDERS__SHOP__KIND="launchdarkly",
        CONFIGBOT_PROVIDERS__SHOP__KEY="api-1",
        CONFIGBOT_PROVIDERS__SHOP__PROJECT="web-shop.2",
        CONFIGBOT_PROVIDERS__FEDERAL__KIND="launchdarkly",
        CONFIGBOT_PROVIDERS__FEDERAL__URL="https://app.launchdarkly.us",
        CONFIGBOT_PROVIDERS__FEDERAL__KEY="api-2",
        CONFIGBOT_PROVIDERS__FEDERAL__PROJECT="shop",
    )

    providers = load("run").providers

    assert [(name, each.url, each.project) for name, each in sorted(providers.items())] == [
        ("federal", "https://app.launchdarkly.us", "shop"),
        ("main", "https://configs.example.com/v4", ""),
        ("shop", "https://app.launchdarkly.com", "web-shop.2"),
    ]


def test_says_everything_that_is_wrong_with_a_launchdarkly_provider_at_once(given: Give) -> None:
    given(**ENOUGH, CONFIGBOT_PROVIDERS__SHOP__KIND="launchdarkly", CONFIGBOT_PROVIDERS__SHOP__KEY="sdk-hunter2")

    text = refusal()

    assert text.splitlines() == [
        "CONFIGBOT_PROVIDERS__SHOP__KEY: is an SDK or mobile key; LaunchDarkly's API needs an access token (api-…).",
        "CONFIGBOT_PROVIDERS__SHOP__PROJECT: is missing. Example: CONFIGBOT_PROVIDERS__SHOP__PROJECT=shop",
    ]


def test_the_key_of_a_project_has_a_form(given: Give) -> None:
    given(**ENOUGH, CONFIGBOT_PROVIDERS__SHOP__KIND="launchdarkly", CONFIGBOT_PROVIDERS__SHOP__KEY="api-1")
    given(CONFIGBOT_PROVIDERS__SHOP__PROJECT="web shop")

    assert refusal().startswith("CONFIGBOT_PROVIDERS__SHOP__PROJECT: is not a project key")


def test_an_unknown_kind_is_the_only_thing_told_about_a_provider_without_address(given: Give) -> None:
    given(**ENOUGH, CONFIGBOT_PROVIDERS__SHOP__KIND="launchdarky", CONFIGBOT_PROVIDERS__SHOP__KEY="k")

    assert [line.split(":")[0] for line in refusal().splitlines()] == ["CONFIGBOT_PROVIDERS__SHOP__KIND"]


def test_the_registry_alone_needs_nothing_of_slack(given: Give) -> None:
    given(CONFIGBOT_REGISTRY__API_KEYS="hl_sk_one")

    assert load("registry").registry.database_url == "sqlite+aiosqlite:///registry.db"


@pytest.mark.parametrize("name", ["1ST", "REGISTRY"])
def test_refuses_a_name_of_a_provider_that_cannot_be_typed(given: Give, name: str) -> None:
    given(**ENOUGH, CONFIGBOT_REGISTRY__ENABLED="true", CONFIGBOT_REGISTRY__API_KEYS="k")
    given(**{f"CONFIGBOT_PROVIDERS__{name}__URL": "https://h/v4", f"CONFIGBOT_PROVIDERS__{name}__KEY": "k"})

    assert f"CONFIGBOT_PROVIDERS__{name}: is not a valid provider name" in refusal()


def test_a_misspelt_setting_is_not_left_out_in_silence(given: Give, tmp_path: Path) -> None:
    given(**ENOUGH, CONFIGBOT_DATABSE_URL="postgresql://u:hunter2@h/db")
    (tmp_path / ".env").write_text("CONFIGBOT_XYZZY=hunter2\n")

    assert refusal().splitlines() == [
        "CONFIGBOT_DATABSE_URL: there is no such setting. Did you mean CONFIGBOT_DATABASE_URL?",
        "CONFIGBOT_XYZZY: there is no such setting.",
    ]


def test_every_command_of_the_language_is_registered_when_nothing_else_is_set(given: Give) -> None:
    every = {f"/{command.name}" for command in grammar.language().slash_commands}
    assert set(slash_commands(load("manifest").commands or (), "")) == every
    given(CONFIGBOT_COMMANDS=",".join(every))
    assert set(slash_commands(load("manifest").commands or (), "")) == every


def test_every_setting_has_a_name_a_description_and_an_example() -> None:
    rows = settings_table()

    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        assert row.description.endswith(".") or row.name.endswith("COMMANDS"), row
        assert row.example, row


def test_the_examples_are_settings_that_work(given: Give) -> None:
    """Each alone: together they would be both transports, which is allowed, and tokens that are none."""
    given(**{row.name: row.example for row in settings_table()})

    assert load("manifest").commands == ["configbot", "deploy"]


def test_the_example_file_is_up_to_date() -> None:
    assert (ROOT / ".env.example").read_text() == env_example()
