"""What a project's fields are."""

from __future__ import annotations

from bot.domain.project_fields import Maintainer, ProjectFields


def test_names_what_is_set_in_one_order() -> None:
    given = ProjectFields(inverted=False, tags=(), name="Support", maintainer=Maintainer("team", "ml", "ML"))
    assert given.named() == ("name", "tags", "maintainer", "inverted")


def test_what_is_not_set_is_not_named() -> None:
    assert ProjectFields().named() == ()
