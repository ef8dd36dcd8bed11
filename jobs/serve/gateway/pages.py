"""The pages: live figures, the interface's description, health, metrics. Every file comes from this machine."""

from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from jobs.serve.gateway import problem
from jobs.serve.gateway.live import live
from jobs.serve.gateway.metrics import metrics
from jobs.serve.gateway.problem import Declined

STATIC = Path(__file__).parent / "static"
OWN = ("live.css", "live.js", "docs.js")
# Swagger UI comes with the package behind Airflow's log-in; it is found, not imported.
SWAGGER = {"swagger-ui.css": "css/swagger/swagger-ui.css", "swagger-ui-bundle.js": "js/swagger-ui-bundle.js"}
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

pages = APIRouter(include_in_schema=False)


@pages.get("/live")
def live_page() -> FileResponse:
    """The live page."""
    return FileResponse(STATIC / "live.html")


@pages.get("/live.json")
async def live_figures(request: Request) -> JSONResponse:
    """What the live page shows."""
    return JSONResponse(live(request.app.state.gateway.figures))


@pages.get("/metrics")
async def prometheus(request: Request) -> PlainTextResponse:
    """What Prometheus collects."""
    return PlainTextResponse(metrics(request.app.state.gateway.figures), media_type=PROMETHEUS)


@pages.get("/healthz")
async def health(request: Request) -> JSONResponse:
    """Whether questions can be answered now: 200, or 503 with what is away."""
    gateway, figures = request.app.state.gateway, request.app.state.gateway.figures
    ready = {route: gateway.line.ready(route) for route in gateway.routes}
    well = figures.broker_up and all(ready.values()) and not figures.is_mute
    return JSONResponse({"ok": well, "broker_up": figures.broker_up, "ready": ready, "answering": not figures.is_mute}, 200 if well else 503)


@pages.get("/docs")
def docs_page() -> Response:
    """The interface's description, to be tried out."""
    if _swagger() is None:
        raise Declined(problem.NO_SWAGGER)
    return FileResponse(STATIC / "docs.html")


@pages.get("/static/{name}")
def static(name: str) -> FileResponse:
    """A file of the pages."""
    installed = _swagger()
    if name in OWN:
        return FileResponse(STATIC / name)
    if name in SWAGGER and installed is not None:
        return FileResponse(installed / SWAGGER[name])
    raise Declined(problem.NOT_FOUND)


def _swagger() -> Path | None:
    found = find_spec("flask_appbuilder")
    folder = Path(found.origin).parent / "static" / "appbuilder" if found and found.origin else None
    return folder if folder and all((folder / path).is_file() for path in SWAGGER.values()) else None
