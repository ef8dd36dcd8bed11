"""Who waits for which answer: the first answer wins, the same question is sent once. Used by the event loop only."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from jobs.serve.gateway import problem
from jobs.serve.gateway.answer import Answer
from jobs.serve.gateway.body import Question
from jobs.serve.gateway.figures import Figures
from jobs.serve.gateway.problem import Declined, Postponed

KEPT = 20_000  # answers and questions remembered: ten seconds at the highest rate aimed at
KEPT_BYTES = 64 * 1024 * 1024  # of answers; a verdict has 1 to 3 KiB
WAITING = 4_000  # requests that may wait at a time
TRUSTED = 60.0  # seconds for which a confirmed request is not sent again: longer than any restart of the stream
Key = tuple[str, str]


class Line(Protocol):
    """What carries questions: jobs.serve.gateway.link.Link."""

    def require(self, route: str) -> None:
        """Raise Postponed when nothing can be answered now."""

    def send(self, question: Question, lost: Callable[[], None]) -> None:
        """Send a question; lost is called when it was not confirmed."""


@dataclass
class _Asked:
    digest: str
    office: str
    at: float


class Desk:
    """The requests of this gateway, and the recent answers to anybody's."""

    def __init__(self, line: Line, figures: Figures) -> None:
        self._line, self._figures = line, figures
        self._asked: OrderedDict[str, _Asked] = OrderedDict()  # by request_id alone, as the ledger
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._bytes = 0
        self._data = (0, 0)  # the newest credit data that any answer came from
        self._waiting: dict[Key, list[asyncio.Future[Answer]]] = {}

    async def ask(self, question: Question, seconds: float) -> Answer:
        """Return the answer to a question, sent unless it was already. Raises Declined, and Postponed when none comes in time."""
        self._require_same(question)
        answer = self._answers.get(question.key) or await self._await(question, seconds)
        if answer.reason is not None:
            raise Declined(problem.dead_letter(answer.reason))
        return answer

    def recent(self, key: Key, office: str) -> Answer | None:
        """Return a recent answer for the office that asked; None for others' and unknown ones. Raises Postponed while it waits."""
        asked, answer = self._asked.get(key[1]), self._answers.get(key)
        asker = (asked.office if asked else None) or (answer.asker if answer else None)
        # A look-up whose asker cannot be told is shown to nobody; a verdict has no personal value, and its id is the key to it.
        if (asker is None and key[0] == "credit") or asker not in (None, office):
            return None
        if answer is None and asked is not None:
            raise Postponed(problem.NOT_YET, key[1])
        if answer is not None and answer.reason is not None:
            raise Declined(problem.dead_letter(answer.reason))
        return answer

    def take(self, answers: Sequence[Answer]) -> None:
        """Hand answers to who waits for them. Later ones to the same question, and those from older data, are counted and dropped."""
        for answer in answers:
            if answer.engine:
                self._figures.replica(answer.engine, answer.at_ms / 1000)
            first = self._answers.get(answer.key)
            if answer.reason is not None:
                self._figures.totals["dead_letters", answer.route] += 1
                self._figures.alert("dead_letter", "warn", "有请求无法读取，已转入死信主题。", "A request could not be read and went to the dead letters.")
            if first is not None:
                self._double(first, answer)
                continue
            if self._is_behind(answer):
                self._figures.totals["behind", answer.route] += 1
                continue
            if answer.reason is None:
                self._figures.seen(answer, answer.meaning)
            if answer.request_id:
                self._keep(answer)
                self._wake(answer)

    def _is_behind(self, answer: Answer) -> bool:
        """Whether newer credit data was answered from before: no answer goes back, the other replica's is waited for."""
        data = answer.meaning.data if answer.reason is None else None
        if data is None:
            return False
        behind = data[0] < self._data[0] or data[1] < self._data[1]
        self._data = self._data if behind else data
        return behind

    def broker_gone(self) -> None:
        """Let nobody wait for an answer that cannot come now."""
        for futures in self._waiting.values():
            for future in futures:
                if not future.done():
                    future.set_exception(Postponed(problem.BROKER_AWAY))

    async def _await(self, question: Question, seconds: float) -> Answer:
        if self._figures.in_flight > WAITING:
            self._figures.alert("too_many", "bad", "等待答复的请求过多，新请求暂不受理。", "Too many requests wait; new ones are turned away.")
            raise Postponed(problem.TOO_MANY, question.request_id)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(question.key, []).append(future)
        try:
            self._send_once(question)
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            self._figures.totals["timeouts", question.route] += 1
            self._figures.missed = self._figures.clock()
            self._figures.alert("timeout", "warn", "有请求未在时限内得到答复。", "A request got no answer within its deadline.")
            raise Postponed(problem.NO_ANSWER, question.request_id) from None
        except Postponed as postponed:
            raise Postponed(postponed.problem, question.request_id) from None
        finally:
            self._leave(question.key, future)

    def _leave(self, key: Key, future: "asyncio.Future[Answer]") -> None:
        left = [other for other in self._waiting.get(key, ()) if other is not future]
        if left:
            self._waiting[key] = left
        else:
            self._waiting.pop(key, None)

    def _require_same(self, question: Question) -> None:
        asked, answer = self._asked.get(question.request_id), self._answers.get(question.key)
        known = (asked.digest if asked else "") or (answer.digest if answer else "")
        if known and known != question.digest:
            raise Declined(problem.OTHER_BODY)

    def _send_once(self, question: Question) -> None:
        self._line.require(question.route)
        known, now = self._asked.get(question.request_id), time.monotonic()
        if known is not None and now - known.at < TRUSTED:
            return
        self._line.send(question, lambda: self._lost(question))
        self._asked[question.request_id] = _Asked(question.digest, question.office, now)
        if len(self._asked) > KEPT:
            self._asked.popitem(last=False)

    def _lost(self, question: Question) -> None:
        """The broker did not confirm the request: it may be sent again."""
        self._asked.pop(question.request_id, None)
        for future in self._waiting.get(question.key, ()):
            if not future.done():
                future.set_exception(Postponed(problem.NOT_TAKEN))

    def _keep(self, answer: Answer) -> None:
        self._answers[answer.key] = answer
        self._bytes += len(answer.value)
        while len(self._answers) > KEPT or self._bytes > KEPT_BYTES:
            self._bytes -= len(self._answers.popitem(last=False)[1].value)

    def _wake(self, answer: Answer) -> None:
        for future in self._waiting.get(answer.key, ()):
            if not future.done():
                future.set_result(answer)

    def _double(self, first: Answer, later: Answer) -> None:
        self._figures.totals["doubles", later.route] += 1
        if first.value != later.value and first.reason is later.reason is None:
            one, other = first.meaning, later.meaning
            # Answers to two sendings, or from two versions of the credit data, may differ.
            if one.source == other.source:
                self._figures.totals["disagreements", later.route] += 1
                self._figures.alert("disagreement", "bad", "两个副本对同一请求给出了不同的答复。", "Two replicas gave different answers to one request.")
