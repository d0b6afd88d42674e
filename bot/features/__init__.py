"""One package per subject, with its commands, queries and scheduled jobs.

Importing it registers the lines of every subject, in the order in which help shows them. Add a new subject here.
"""

from bot.features.changes import lines as changes
from bot.features.configs import lines as configs
from bot.features.evaluations import lines as evaluations
from bot.features.health import lines as health
from bot.features.locks import lines as locks
from bot.features.projects import lines as projects
from bot.features.reminders import lines as reminders
from bot.grammar import register

SUBJECTS = (changes, projects, configs, evaluations, locks, reminders, health)

register(*(line for subject in SUBJECTS for line in subject.LINES))  # at once: what follows from them is computed once
