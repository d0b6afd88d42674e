"""The fixed words of the language: small words, places, fields, statuses."""

from __future__ import annotations

from collections.abc import Mapping

SPELLINGS: Mapping[str, frozenset[str]] = {
    "to": frozenset({"to", "on", "onto", "into", "→"}),
    "in": frozenset({"in", "on"}),
    "of": frozenset({"of", "from", "for"}),
    "with": frozenset({"with", "and", "to", "vs", "versus", "against", "→"}),
}
"""Other spellings of small words inside a line."""

BECAUSE = frozenset({"because"})

PLACES: Mapping[str, str] = {
    "CONFIG": "config",
    "PROJECT": "project",
    "ENV": "environment",
    "SOURCE": "source",
    "NAME": "name",
    "A": "old",
    "PROJECT-A": "old_project",
    "B": "new",
    "PROJECT-B": "new_project",
    "EVALUATION": "evaluation",
    "ID": "change",
    "TIME": "when",
    "DURATION": "when",
    "REASON": "because",
    "DIRECTORY": "directory",
    "STATUS": "status",
    "FIELD=VALUE…": "assignments",
    "WORDS": "words",
    "WORD": "word",
    "LINE": "readings",
}
"""Place → field of the command, unless the line says otherwise."""

STATUSES = frozenset({"pending", "running", "completed", "cancelled", "canceled"})
"""Statuses of an evaluation (v4 reference, *Evaluations*), and one more spelling."""

FIELDS = frozenset({"name", "directory", "active", "description", "tags", "maintainer", "team", "metric", "inverted"})
"""Fields of *project update*: a Humanloop project has the first three, an AI Config all but the second and third."""

YES_NO = ("yes", "no")
"""The values of ``inverted=``."""
