"""What an application receives for a targeting entry: its `value` in the targeting document."""

from __future__ import annotations

from typing import Any

from bot.services.launchdarkly.records import DISABLED, Config, Entry

COPIED = ("messages", "instructions", "tools", "judgeConfiguration", "outputFormat")


def served_value(config: Config, entry: Entry) -> dict[str, Any]:
    """The newest content of the entry's variation; the disabled entry has none.

    The model's name is called `name` here and `modelName` in a variation.
    """
    if entry.key == DISABLED:
        return {"_ldMeta": {"enabled": False, "variationKey": DISABLED, "version": 1}}
    newest = config.newest(entry.key)
    value: dict[str, Any] = {
        "_ldMeta": {"enabled": True, "variationKey": entry.key, "version": newest.version, "mode": config.mode}
    }
    content = newest.content
    if model := content.get("model"):
        value["model"] = {"name": model.get("modelName", ""), "parameters": model.get("parameters") or {}}
        if custom := model.get("custom"):
            value["model"]["custom"] = custom
    if model_config := content.get("modelConfigKey"):
        value["provider"] = {"name": model_config.partition(".")[0]}
    return value | {name: content[name] for name in COPIED if content.get(name)}
