"""The stream's topics on the broker."""

import socket
from contextlib import closing

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from jobs.evidence.questions import WAKE
from jobs.stream import topics
from schemas.errors import Unavailable
from schemas.settings import Settings

PATIENCE = 10.0  # seconds a broker may take to answer
BROKER_TIME = {"message.timestamp.type": "LogAppendTime"}  # received_at and answered_at are the broker's, not a sender's


def make_topics(settings: Settings, names: list[str]) -> None:
    """Make the topics that are not there yet. Raises Unavailable when the broker does not answer."""
    try:
        _reach(settings.kafka.split(","))
        admin = KafkaAdminClient(bootstrap_servers=settings.kafka, request_timeout_ms=int(PATIENCE * 1000))
        known = set(admin.list_topics())
        made = [_topic(settings, name) for name in names if name not in known]
        if made:
            admin.create_topics(made)
        admin.close()
    except TopicAlreadyExistsError:
        return
    except (OSError, KafkaError) as error:
        raise Unavailable(
            f"Kafka at {settings.kafka} did not answer in {PATIENCE:.0f} s. Nothing was committed; what was sent waits in its topic. "
            "`make status` shows what is up."
        ) from error


def wake(settings: Settings, names: list[str]) -> None:
    """Send a record that asks nothing to each partition of these topics. Raises Unavailable when the broker does not answer."""
    try:
        with closing(KafkaProducer(bootstrap_servers=settings.kafka, request_timeout_ms=int(PATIENCE * 1000))) as producer:
            parts = [(name, part) for name in names for part in producer.partitions_for(name)]
            for sent in [producer.send(name, key=WAKE.encode(), partition=part) for name, part in parts]:
                sent.get(PATIENCE)
    except (OSError, KafkaError) as error:
        raise Unavailable(
            f"Kafka at {settings.kafka} did not answer in {PATIENCE:.0f} s. Nothing was changed; what was sent waits in its topic. `make status` shows what is up."
        ) from error


def _reach(servers: list[str]) -> None:
    """Connect to one of the brokers. Raises OSError when none is there; the client itself would wait much longer."""
    for place, server in enumerate(servers, start=1):
        host, port = server.rsplit(":", 1)
        try:
            return socket.create_connection((host, int(port)), PATIENCE).close()
        except OSError:
            if place == len(servers):
                raise
    return None


def _topic(settings: Settings, name: str) -> NewTopic:
    partitions = 1 if name == topics.CREDIT_CHANGE else settings.kafka_partitions  # changes are numbered in their order
    return NewTopic(name, num_partitions=partitions, replication_factor=settings.kafka_replication, topic_configs=BROKER_TIME)
