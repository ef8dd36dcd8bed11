"""The two questions people ask of the stream, and the topics of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One question: where it is put, where its answers come, and where what can't be read goes."""

    kind: str
    requests: str
    answers: str
    dead_letters: str


WAKE = "wake"  # key of a record without a value among the requests: a replica wakes a reader with it, and nobody asks anything
CHANGES = Question("change", "credit.change", "", "change.dead_letter")  # no question: changes of credit go into silver.credit_change
QUESTIONS = (
    Question("instant", "instant.request", "instant.verdict", "instant.dead_letter"),
    Question("credit", "credit.lookup", "credit.answer", "credit.dead_letter"),
)
