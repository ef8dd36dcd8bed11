"""The stream without its broker."""

import pytest

from jobs.stream.instant import make_topics, topic_names
from schemas.errors import Unavailable
from schemas.settings import settings


def test_a_missing_broker_is_one_sentence_that_says_where_and_that_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory) -> None:
    nobody = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("home")), "GOVLAKE_KAFKA": "127.0.0.1:9"})
    with pytest.raises(Unavailable, match=r"Kafka at 127\.0\.0\.1:9 did not answer .* requests wait in their topic"):
        make_topics(nobody, ["instant.request"])


def test_verdicts_and_dead_letters_stand_beside_their_requests() -> None:
    assert topic_names("instant.request") == {"verdict": "instant.verdict", "dead_letter": "instant.dead_letter"}
