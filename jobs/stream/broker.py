"""The stream's topics on the broker."""

import socket

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.errors import Unavailable
from schemas.settings import Settings

PATIENCE = 10.0  # seconds a broker may take to answer
BROKER_TIME = {"message.timestamp.type": "LogAppendTime"}  # received_at and answered_at are the broker's, not a sender's


def make_topics(settings: Settings, names: list[str]) -> None:
    """Make the topics that are not there yet. Raises Unavailable when the broker does not answer."""
    host, port = settings.kafka.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()
        admin = KafkaAdminClient(bootstrap_servers=settings.kafka, request_timeout_ms=int(PATIENCE * 1000))
        known = set(admin.list_topics())
        made = [NewTopic(name, num_partitions=1, replication_factor=1, topic_configs=BROKER_TIME) for name in names if name not in known]
        if made:
            admin.create_topics(made)
        admin.close()
    except TopicAlreadyExistsError:
        return
    except (OSError, KafkaError) as error:
        raise Unavailable(
            f"Kafka at {settings.kafka} did not answer in {PATIENCE:.0f} s. Nothing was committed; requests wait in their topic. "
            "`make status` shows what is up."
        ) from error
