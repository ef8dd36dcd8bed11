"""The two questions go over the topics of the stream."""

from jobs.evidence.questions import CHANGES, QUESTIONS
from jobs.stream import topics


def test_the_topics_of_both_questions_are_the_stream_s() -> None:
    named = {topic for one in (*QUESTIONS, CHANGES) for topic in (one.requests, one.answers, one.dead_letters)}
    assert named - {""} == {*topics.EVERY}
