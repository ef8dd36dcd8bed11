"""What an application's exit code means to Airflow: Refused fails at once, Unavailable is tried again."""

import re
from collections.abc import Iterable
from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.definitions.retry_policy import RetryDecision

from schemas.errors import Failure, Refused, Unavailable

# `python -m jobs` prints its sentence as the last line of stderr, with one of these words before it.
SENTENCE = re.compile(r"^(?:govlake: )?(?P<kind>REFUSED|HELD|UNAVAILABLE|CRASHED): (?P<text>.+)$")
RUNBOOKS = {Refused: "docs/runbooks/refused-file.md", Unavailable: "docs/runbooks/unavailable.md"}
RETRIES = 4
# 1, 2, 4 and 8 minutes: a quarter of an hour, longer than a restart of anything we depend on.
FIRST_DELAY = timedelta(minutes=1)


class Crashed(Exception):
    """The application ended without a sentence of its own: killed, out of memory, or a fault in our code."""


class RetryByKind(ExceptionRetryPolicy):
    """Refused: never. Unavailable: as often as the task allows. Crashed: once.

    A killed driver leaves nothing half-written, so trying again is safe; a second crash in a row is
    rarely chance and goes to a person.
    """

    def __init__(self) -> None:
        super().__init__(
            rules=[
                RetryRule(Refused, RetryAction.FAIL, reason="Refused: repeating it changes nothing."),
                RetryRule(Unavailable, RetryAction.RETRY, reason="Unavailable: tried again later."),
            ]
        )

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: object = None
    ) -> RetryDecision:
        """Decide by the kind of `exception`; anything that is neither kind counts as a crash."""
        if isinstance(exception, Failure):
            return super().evaluate(exception, try_number, max_tries)
        if try_number > 1:
            return RetryDecision.fail("Crashed twice: see docs/runbooks/spark-crash.md")
        return RetryDecision.retry(reason="Crashed: tried once more.")


def failure(exit_code: int | None, output: Iterable[str]) -> Exception:
    """Return the exception for an application that ended with `exit_code`; its message is the application's sentence."""
    lines = [line.strip() for line in output if line.strip()]
    sentence = next((found["text"] for found in map(SENTENCE.match, reversed(lines)) if found), None)
    for kind in (Refused, Unavailable):
        if exit_code == kind.exit_code:
            unsaid = f"The application ended with exit code {exit_code} and said no more; its log is above."
            return kind(_with_runbook(sentence or unsaid, RUNBOOKS[kind]))
    if sentence:
        return Crashed(sentence)
    last = lines[-1][:300] if lines else "nothing"
    return Crashed(
        f"Spark ended with exit code {exit_code} and without a verdict. Readers keep the last release. "
        f"Its last line was: {last}. See docs/runbooks/spark-crash.md"
    )


def _with_runbook(sentence: str, runbook: str) -> str:
    return sentence if "docs/runbooks/" in sentence else f"{sentence} See {runbook}"
