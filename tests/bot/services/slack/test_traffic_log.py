from __future__ import annotations

from bot.services.slack.traffic_log import Log, masked


def test_secrets_are_masked_wherever_they_stand() -> None:
    text = "xoxb-playground xapp-1-A-2 hl_sk_abcd1234 sdk-0a1b2c3d-0000 and sdk-ping-pong"
    assert masked({"a": [text, 1, None], "Token": "x", "token": ""}) == {
        "a": ["xoxb-••• xapp-••• hl_sk_••• sdk-••• and sdk-ping-pong", 1, None],
        "Token": "•••",
        "token": "",
    }
    assert masked("x" * 20_001).endswith("… (20,001 characters)")


def test_the_log_keeps_the_newest() -> None:
    log = Log(lambda: 1.0, size=2)
    for name in "abc":
        log.add("bot→slack", "web api", name)
    assert [(entry["n"], entry["name"]) for entry in log.after(0)] == [(2, "b"), (3, "c")]
