"""A page that lists the operations, made from the OpenAPI document: nothing in it comes from another host."""

from __future__ import annotations

from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code { background: #8881; padding: .1em .3em; border-radius: .3em; }
section { border-top: 1px solid #8884; padding: .5rem 0; }
"""


def page(document: dict[str, Any]) -> str:
    """HTML for an OpenAPI document."""
    sections = [
        _section(method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><p>{escape(document['info']['description'])}</p>"
        f'<p>For programs: <a href="openapi.json">openapi.json</a></p>{"".join(sections)}</html>'
    )


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    tag = ", ".join(operation["tags"])
    parameters = "".join(_parameter(parameter) for parameter in operation.get("parameters", []))
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    schema = body.get("$ref", "").rpartition("/")[2]
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(tag)}: {escape(operation['summary'])}. {escape(operation['description'])}</p>"
        + (f"<ul>{parameters}</ul>" if parameters else "")
        + (f"<p>Body: <code>{escape(schema)}</code></p>" if schema else "")
        + "</section>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    name, description = escape(parameter["name"]), escape(parameter.get("description", ""))
    return f"<li><code>{name}</code> ({parameter['in']}) {description}</li>"
