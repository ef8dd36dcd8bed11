"""The gateway's HTTP application: two questions, asked and asked again; a failure is a status and a sentence."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from jobs.serve.gateway import body, problem
from jobs.serve.gateway.answer import Answer, Route
from jobs.serve.gateway.body import Question
from jobs.serve.gateway.described import describe
from jobs.serve.gateway.desk import Desk
from jobs.serve.gateway.figures import Figures
from jobs.serve.gateway.guard import Guard
from jobs.serve.gateway.link import Link
from jobs.serve.gateway.noted import note
from jobs.serve.gateway.pages import pages
from jobs.serve.gateway.problem import Declined, Postponed, Problem
from jobs.serve.gateway.stored import stored
from jobs.serve.gateway.tokens import FILE, Office, Tokens
from schemas.contract import Contract
from schemas.settings import Settings

SECONDS = 10.0  # in which a body has to arrive
ROUND = 5.0  # seconds between two looks at the replicas
LEDGER_READS = 2  # at a time; each scans the ledger
JSON = "application/json; charset=utf-8"
Deadline = Annotated[int, Query(alias="deadline_ms", ge=1, le=10_000, description="Longest wait in ms. 最长等待毫秒数。")]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False, description="Token of your office. 本单位令牌。"))]


class Gateway:
    """What the routes share."""

    def __init__(self, settings: Settings, routes: Sequence[Route]) -> None:
        self.settings, self.routes = settings, tuple(route.name for route in routes)
        self.figures, self.tokens = Figures(), Tokens(settings.home / FILE)
        self.line = Link(settings.kafka, routes, self)
        self.desk = Desk(self.line, self.figures)
        self.reads = asyncio.Semaphore(LEDGER_READS)

    def receive(self, answers: list[Answer]) -> None:
        """Hand answers to who waits."""
        self.desk.take(answers)

    def broker_came(self) -> None:
        """Answer questions again."""
        self.figures.broker_up = True
        self.figures.alert("broker", "good", "消息服务已连通。", "The broker can be reached.")

    def broker_went(self) -> None:
        """Turn questions away until it is back."""
        self.figures.broker_up = False
        self.figures.alert("broker_away", "bad", "消息服务不可用，请求一律以 503 答复。", "The broker is away; requests are answered with 503.")
        self.desk.broker_gone()

    async def watch_replicas(self) -> None:
        """Look at the replicas now and then, for ever."""
        while True:
            await asyncio.sleep(ROUND)
            self.figures.judge_replicas()

    async def ask(self, make: Callable[[bytes, Office], Question], request: Request, token: str | None, deadline_ms: int) -> Response:
        """Answer one question."""
        begun = time.perf_counter()
        office = self.tokens.office(token)
        question = make(await _read(request), office)
        self.figures.asked()
        try:
            answer = await self.desk.ask(question, deadline_ms / 1000)
        finally:
            self.figures.in_flight -= 1
        self.figures.answered(question.route, answer.meaning.verdict, time.perf_counter() - begun)
        return Response(answer.value, media_type=JSON)

    async def again(self, route: str, request_id: str, token: str | None) -> Response:
        """Answer a question asked before, from memory or the ledger."""
        office = self.tokens.office(token)
        if not body.is_request_id(request_id):
            raise Declined(problem.BAD_ID)
        answer = self.desk.recent((route, request_id), office.name)
        if answer is not None:
            return Response(answer.value, media_type=JSON)
        async with self.reads:
            value = await asyncio.to_thread(stored, self.settings, (route, request_id), office.name)
        if value is None:
            raise Declined(problem.UNKNOWN_ID)
        return Response(value, media_type=JSON)


def make_app(settings: Settings, contract: Contract, routes: Sequence[Route]) -> FastAPI:
    """Return the application. contract: of the instant requests.  Its link to Kafka lives as long as it is served."""

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        gateway: Gateway = app.state.gateway
        await gateway.line.start()
        watching = asyncio.create_task(gateway.watch_replicas())
        yield
        watching.cancel()
        await gateway.line.stop()

    app = FastAPI(docs_url=None, redoc_url=None, lifespan=life)
    app.state.gateway = Gateway(settings, routes)
    app.include_router(pages)
    _add_questions(app)
    for kind, handler in ((Declined, _declined), (Postponed, _postponed), (RequestValidationError, _invalid), (HTTPException, _http)):
        app.add_exception_handler(kind, handler)
    app.add_middleware(Guard, totals=app.state.gateway.figures.totals)
    describe(app, contract)
    return app


def _add_questions(app: FastAPI) -> None:
    gateway: Gateway = app.state.gateway

    @app.post("/v1/instant", summary="即办核验 · Ask for a verdict on an instant item", tags=["instant"])
    async def instant(request: Request, bearer: Bearer, deadline: Deadline = 2000) -> Response:
        return await gateway.ask(body.instant, request, _token(bearer), deadline)

    @app.post("/v1/credit", summary="信用查询 · Look a credit subject up", tags=["credit"])
    async def credit(request: Request, bearer: Bearer, deadline: Deadline = 2000) -> Response:
        return await gateway.ask(body.credit, request, _token(bearer), deadline)

    @app.get("/v1/instant/{request_id}", summary="再取核验答复 · Ask again", tags=["instant"])
    async def instant_again(request_id: str, bearer: Bearer) -> Response:
        return await gateway.again("instant", request_id, _token(bearer))

    @app.get("/v1/credit/{request_id}", summary="再取信用答复 · Ask again", tags=["credit"])
    async def credit_again(request_id: str, bearer: Bearer) -> Response:
        return await gateway.again("credit", request_id, _token(bearer))


def _token(bearer: HTTPAuthorizationCredentials | None) -> str | None:
    return bearer.credentials if bearer else None


async def _read(request: Request) -> bytes:
    """Return the body; what is too large is not read to its end."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Declined(problem.ENCODED)
    read = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                read += part
                if len(read) > body.LARGEST:
                    raise Declined(problem.TOO_LARGE)
    except TimeoutError:
        raise Declined(problem.TOO_SLOW) from None
    return bytes(read)


def _said(request: Request, said: Problem, request_id: str | None = None) -> JSONResponse:
    note(request.app.state.gateway.figures, said)
    known = {"request_id": request_id} if request_id else {}
    headers = {"Retry-After": str(said.retry_after)} if said.retry_after else {}
    if said.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"code": said.code, "zh": said.zh, "en": said.en, **known}, said.status, headers)


async def _declined(request: Request, failure: Exception) -> Response:
    return _said(request, failure.problem)  # type: ignore[attr-defined]


async def _postponed(request: Request, failure: Exception) -> Response:
    return _said(request, failure.problem, failure.request_id)  # type: ignore[attr-defined]


async def _invalid(request: Request, failure: Exception) -> Response:
    return _said(request, problem.BAD_DEADLINE)


async def _http(request: Request, failure: Exception) -> Response:
    status = getattr(failure, "status_code", 404)
    if status == 405:
        allowed = (getattr(failure, "headers", None) or {}).get("Allow", "POST")
        answer = _said(request, problem.not_allowed(request.method, allowed))
        answer.headers["Allow"] = allowed
        return answer
    return _said(request, problem.NOT_FOUND if status == 404 else Problem(status, "http", f"请求方式有误（{status}）。接口说明见 /docs。", f"HTTP {status}. The interface is described at /docs."))
