"""What every response passes: security headers, and a count by status."""

from collections import Counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS = ("/v1/instant", "/v1/credit", "/live", "/metrics", "/healthz", "/docs", "/openapi.json", "/static")
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Swagger UI writes style attributes; its scripts are files all the same.
DOCS_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
HEADERS = {
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin", "cache-control": "no-store",
}  # fmt: skip


class Guard:
    """Middleware. totals: where responses are counted, as ('responses', path, status)."""

    def __init__(self, app: ASGIApp, totals: "Counter[tuple[str, ...]]") -> None:
        self._app, self._totals = app, totals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._totals["responses", _path(scope["path"]), str(message["status"])] += 1
                message = {**message, "headers": [*message.get("headers", ()), *_headers(scope["path"])]}
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


def _path(path: str) -> str:
    """The known beginning of a path: what a caller makes up never becomes a label."""
    return next((known for known in PATHS if path.startswith(known)), "other")


def _headers(path: str) -> list[Any]:
    policy = DOCS_POLICY if path == "/docs" else POLICY
    return [(name.encode(), value.encode()) for name, value in {**HEADERS, "content-security-policy": policy}.items()]
