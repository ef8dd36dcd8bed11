"""The pages govlake adds to Airflow's own server, all of them behind its log-in."""

import re
from pathlib import Path

from airflow.api_fastapi.core_api.security import requires_authenticated
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from infra.airflow_plugins.lake_page import lake_page, sentence_page, text_page
from schemas.errors import Failure, Refused
from schemas.readable import refusals
from schemas.settings import ROOT, settings

PREFIX = "/govlake"
STATIC = Path(__file__).parent / "static"
RUNBOOKS = ROOT / "docs" / "runbooks"

# A plugin's routes are public unless they ask for the log-in themselves.
pages = FastAPI(
    title="govlake", dependencies=[Depends(requires_authenticated())], docs_url=None, redoc_url=None, openapi_url=None
)


@pages.exception_handler(Failure)
def say(request: Request, failure: Failure) -> HTMLResponse:
    """A failure's sentence as a page: a broken contract, an absent ledger."""
    return HTMLResponse(sentence_page(str(failure)), 422 if isinstance(failure, Refused) else 503)


@pages.get("/lake", response_class=HTMLResponse)
def lake() -> str:
    """All tables of the lake with the state of their last batch, read from the ledger."""
    from jobs.serve.lake import tables  # deltalake is heavy, and every Airflow process loads this module

    at = settings()
    return lake_page(tables(at), refusals(at.contracts))


@pages.get("/docs/{path:path}")
def data_docs(path: str) -> FileResponse:
    """A published Data Docs file."""
    return _file(settings().data_docs, path or "index.html")


@pages.get("/report/{table}/{date}")
def report(table: str, date: str) -> RedirectResponse:
    """Go to the newest report of a table (with or without its class) and business date; to the index without one."""
    if not (re.fullmatch(r"[a-z][\w.]*", table) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)):
        raise HTTPException(404, "Give a table by its name and a date as YYYY-MM-DD.")
    site = settings().data_docs
    found = site.glob(f"validations/*.{table.split('.')[-1]}/{date}/*.html")
    newest = max(found, key=lambda page: page.stat().st_mtime, default=site / "index.html")
    return RedirectResponse(f"{PREFIX}/docs/{newest.relative_to(site)}")


@pages.get("/runbooks/{name}", response_class=HTMLResponse)
def runbook(name: str) -> str:
    """A runbook, as a page."""
    return text_page(name, _file(RUNBOOKS, f"{name.removesuffix('.md')}.md").path)


@pages.get("/static/{name}")
def static(name: str) -> FileResponse:
    """Style sheet and icons."""
    return _file(STATIC, name)


def _file(folder: Path, path: str) -> FileResponse:
    found = (folder / path).resolve()
    if not (found.is_relative_to(folder.resolve()) and found.is_file()):
        raise HTTPException(404, f"There is no page '{path}' yet. It appears with the first audited batch.")
    return FileResponse(found)
