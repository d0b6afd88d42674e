"""The files of the product: short enough to read at once, and no two that are taken for each other."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.architecture.documentation import ROOT

LONGEST = 400
FILES = sorted(path for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py"))


def test_no_file_of_the_product_is_longer_than_400_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert len(lengths) > 200
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_two_files_have_names_that_differ_only_by_an_ending() -> None:
    """`gate` beside `gates`, `check` beside `checking`: nobody remembers which is which. A service is a house apart."""
    alike = defaultdict(set)
    for path in FILES:
        parts = path.relative_to(ROOT).parts
        house = parts[2] if parts[:2] == ("bot", "services") else "bot"
        alike[house, re.sub(r"(ings?|s)$", "", path.stem)].add(path.stem)
    assert {stem: names for stem, names in alike.items() if len(names) > 1} == {}
