from __future__ import annotations

from typing import Any

import pytest

from bot.clients.humanloop.errors import detail_of


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"detail": "Project was not found."}, "Project was not found."),
        ({"detail": {"type": "t", "message": "too long", "code": 422, "origin": "Humanloop"}}, "too long"),
        ({"detail": [{"loc": ["body", "name"], "msg": "field required", "type": "t"}]}, "name: field required"),
        (
            {
                "detail": [
                    {"loc": ["query", "page"], "msg": "a"},
                    {"loc": ["body", "environments", 0, "id"], "msg": "b"},
                ]
            },
            "page: a; environments.0.id: b",
        ),
        ({"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required"),
        ({"detail": [{"msg": "no place"}, "odd", {"loc": "name"}]}, "no place; "),
        ({"detail": {"code": 500}}, ""),
        ({"detail": None}, ""),
        ({"message": "elsewhere"}, ""),
        ({}, ""),
        ([], ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_finds_the_sentence_in_every_shape(body: Any, sentence: str) -> None:
    assert detail_of(body) == sentence
