"""The OpenAPI document, and a page that lists its operations and loads nothing from other hosts."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code { background: #8881; padding: .1em .3em; border-radius: .3em; }
section { border-top: 1px solid #8884; padding: .5rem 0; }
"""


_REFUSALS = {
    400: "The body is not readable.",
    401: "The key is missing or wrong.",
    404: "Something that is named does not exist.",
    409: "A conflict with something that exists.",
    413: "The body is too large.",
    422: "The request does not fit the fields, or cannot be carried out.",
    503: "The database is not available.",
}
_NAMING = {("get", "/v4/evaluations"), ("post", "/v4/model-configs")}
"""Operations that refer to an object outside their path."""

_CONFLICTING = {
    ("post", "/v4/projects"),
    ("patch", "/v4/projects/{id}"),
    ("patch", "/v4/evaluations/{id}/evaluators"),
    ("post", "/v4/evaluations/{evaluation_id}/log"),
}
_ENTRY = {
    "type": "object",
    "required": ["loc", "msg", "type"],
    "properties": {
        "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
        "msg": {"type": "string"},
        "type": {"type": "string"},
        "ctx": {"type": "object"},
    },
}
_PROBLEM = {
    "title": "Problem",
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"anyOf": [{"type": "string"}, {"type": "array", "items": _ENTRY}]}},
}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with every error response of each operation."""
    openapi = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = openapi["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = _PROBLEM
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            refusals = {401, 422, 503}
            if "requestBody" in operation:
                refusals |= {400, 413}
            if "{" in path or (method, path) in _NAMING:
                refusals.add(404)
            if (method, path) in _CONFLICTING:
                refusals.add(409)
            schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
            for status in sorted(refusals):
                operation["responses"][str(status)] = {"description": _REFUSALS[status], "content": schema}
    return openapi


def page(document: dict[str, Any]) -> str:
    """An HTML page for an OpenAPI document."""
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
