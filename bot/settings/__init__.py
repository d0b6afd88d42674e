"""The settings: the only place that reads the environment and ``.env``. Everybody else is handed values.

A wrong or missing setting stops the start, all of them at once, each by its name, with what is wrong and an example.
No value that was set is ever in such a text: it could be a secret.
"""

from bot.settings.fields import ProviderSettings, Settings
from bot.settings.reference import env_example, settings_table
from bot.settings.sources import Mode, SettingsError, load

__all__ = ["Mode", "ProviderSettings", "Settings", "SettingsError", "env_example", "load", "settings_table"]
