"""The gateway's line to Kafka: knows at once when the broker goes, and gets itself new clients when it comes or they get stuck."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import Protocol

from jobs.serve.gateway import problem
from jobs.serve.gateway.answer import Answer, Route
from jobs.serve.gateway.body import Question
from jobs.serve.gateway.clients import Clients, Positions
from jobs.serve.gateway.problem import Postponed

RETRY = 0.2  # seconds between two tries to reach a broker that is away
PATIENCE = 3.0  # seconds for a connection, and for the clients to end
ROUND = 1.0  # seconds between two looks whether the clients are of use


class Listener(Protocol):
    """Who is told, on the event loop, what comes from Kafka."""

    def receive(self, answers: list[Answer]) -> None:
        """Answers were read."""

    def broker_came(self) -> None:
        """The broker can be reached."""

    def broker_went(self) -> None:
        """It cannot any more."""


class Link:
    """Kafka as the event loop sees it."""

    def __init__(self, kafka: str, routes: Sequence[Route], listener: Listener) -> None:
        self._kafka, self._routes, self._listener = kafka, {route.name: route for route in routes}, listener
        self._clients: Clients | None = None
        self._following: Positions = {}
        self._up = False

    async def start(self) -> None:
        """Begin to watch and to read."""
        self._loop = asyncio.get_running_loop()
        self._tasks = (asyncio.create_task(self._watch()), asyncio.create_task(self._tend()))

    async def stop(self) -> None:
        """End both; stuck clients are left to the end of the process."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._clients is not None:
            self._clients.stop()
            await asyncio.to_thread(self._clients.thread.join, PATIENCE)

    def ready(self, route: str) -> bool:
        """Whether the broker is there and the topics of a route are made."""
        clients, topics = self._clients, self._routes[route]
        return self._up and clients is not None and clients.ready and {topics.request, topics.answer} <= clients.known

    def require(self, route: str) -> None:
        """Raise Postponed, at once, when the broker is away or the stream has not made the route's topics."""
        if not self._up or self._clients is None or not self._clients.ready:
            raise Postponed(problem.BROKER_AWAY)
        if not self.ready(route):
            raise Postponed(problem.NOT_READY)

    def send(self, question: Question, lost: Callable[[], None]) -> None:
        """Send a question. lost: called on the loop when the broker did not confirm it. Raises Postponed when it cannot be sent."""
        if self._clients is None:
            raise Postponed(problem.BROKER_AWAY)
        topic = self._routes[question.route].request
        self._clients.send(topic, question.request_id.encode(), question.value, lambda: self._hand(lost))

    def _hand(self, function: Callable[..., None], *values: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(function, *values)

    async def _watch(self) -> None:
        """Hold a connection that carries nothing: its end is the first sign that the broker went."""
        while True:
            try:
                reader, writer = await self._connection()
            except OSError:
                self._turn(up=False)
                await asyncio.sleep(RETRY)
                continue
            self._turn(up=True)
            with contextlib.suppress(OSError):
                await reader.read(1)  # a broker also closes a connection idle for ten minutes: then the next one is made at once
            writer.close()
            await asyncio.sleep(RETRY / 10)

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        away: OSError = ConnectionError(f"no broker in {self._kafka}")
        for server in self._kafka.split(","):
            host, port = server.rsplit(":", 1)
            try:
                found = await asyncio.wait_for(asyncio.open_connection(host, int(port)), PATIENCE)
            except OSError as error:  # TimeoutError is one
                away = error
                continue
            found[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            return found
        raise away

    def _turn(self, *, up: bool) -> None:
        if up == self._up:
            return
        self._up = up
        if up:
            self._renew()
            self._listener.broker_came()
        else:
            self._listener.broker_went()

    async def _tend(self) -> None:
        """Replace clients that ended or got stuck."""
        while True:
            await asyncio.sleep(ROUND)
            if self._up and (self._clients is None or self._clients.useless):
                self._renew()

    def _renew(self) -> None:
        if self._clients is not None:
            self._clients.stop()
        self._clients = Clients(self._kafka, tuple(self._routes.values()), self._following, lambda answers: self._hand(self._listener.receive, answers))
