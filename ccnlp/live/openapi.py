"""The hook's own types in the OpenAPI document at ``/openapi.json`` (pages at ``/docs``)."""

from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ccnlp.live.messages import About, BoardRow, ErrorAnswer, Shown, TurnsAnswer, TurnsRequest
from ccnlp.types import Assessment

#: Path and method -> type of the body and of the answer.
_TYPES: Final[dict[tuple[str, str], tuple[Any, Any]]] = {
    ("/v1/conversations/{name}/turns", "post"): (TurnsRequest, TurnsAnswer),
    ("/v1/conversations/{name}/end", "post"): (About, Assessment),
    ("/v1/conversations/{name}", "get"): (None, Shown),
    ("/v1/conversations", "get"): (None, list[BoardRow]),
}
_WHY: Final = {
    "401": "no valid token", "404": "no such conversation", "409": "it has ended",
    "413": "the body is too large", "422": "the request says what cannot be",
    "429": "too much is under way: Retry-After says when", "503": "the state does not answer",
}  # fmt: skip


def describe(app: FastAPI) -> None:
    """Let the application describe its bodies and answers."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title=app.title, version=app.version, routes=app.routes)
    kinds = [kind for pair in _TYPES.values() for kind in pair if kind is not None]
    schemas, components = msgspec.json.schema_components(
        [*kinds, ErrorAnswer], ref_template="#/components/schemas/{name}"
    )
    *told, error = schemas
    shown = dict(zip(map(str, kinds), told, strict=True))
    made.setdefault("components", {}).setdefault("schemas", {}).update(components)
    for (path, method), (body, answer) in _TYPES.items():
        operation = made["paths"][path][method]
        if body is not None:
            operation["requestBody"] = {
                "required": body is TurnsRequest,
                "content": {"application/json": {"schema": shown[str(body)]}},
            }
        answers = operation["responses"]
        answers["200"] = {
            "description": "Done",
            "content": {"application/json": {"schema": shown[str(answer)]}},
        }
        for status, why in _WHY.items():
            answers[status] = {
                "description": why, "content": {"application/json": {"schema": error}},
            }  # fmt: skip
    return made
