"""Packets of a topic on a real broker, landed by a job that is killed in its work: each is in the lake once, none is lost."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from deltalake import DeltaTable
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from infra.place import Place
from jobs.ingest.packets import MARK, Packet, judged, pieces
from jobs.stream.broker import PATIENCE, make_topics
from jobs.stream.feed import Landing, land
from schemas.errors import Refused, Unavailable
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.data.made import stations
from tests.serve.answering import Broker

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]
BASE, TOPIC, KILLED = "19500", "iot.packet", -9
TODAY = (datetime.now(UTC) + timedelta(hours=8)).date()  # Beijing: the day the records come on


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of an installation of its own."""
    home = tmp_path_factory.mktemp("feed") / "var"
    running = Broker(Place(settings({"GOVLAKE_HOME": str(home), "GOVLAKE_PORT_BASE": BASE})))
    running.start()
    make_topics(running.place.settings, [TOPIC])
    yield running
    running.kill()


@pytest.fixture
def here(broker: Broker) -> Settings:
    """The installation."""
    return broker.place.settings


def hours(random: Random) -> list[bytes]:
    """A day's packets that say they were sent yesterday: older ones are of a clock that is off."""
    made = (stations.DAY.strftime("%Y%m%d"), (datetime.now(UTC) + timedelta(hours=-8)).strftime("%Y%m%d%H"))
    return [stations.packet(one[6:-6].decode().replace(f"QN={made[0]}{hour // 4:02d}", f"QN={made[1]}")) for hour, one in enumerate(stations.hours(random))]


def records(packets: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Packets as a gateway that knows nothing of them sends them on: cut and joined as they came over the line, by sender."""
    random = Random(212)
    for packet in packets:
        key = packet.split(b"MN=")[1].split(b";")[0]
        cut = random.choice((0, 0, 50, len(packet) - 1))
        yield from ((key, part) for part in (packet[:cut], packet[cut:]) if part)


def send(here: Settings, packets: list[bytes]) -> None:
    with closing(KafkaProducer(bootstrap_servers=here.kafka)) as producer:
        for key, value in records(packets):
            producer.send(TOPIC, value, key=key)


def start(here: Settings, step: str, date: str, kill_after: int = 0) -> int:
    environment = {**os.environ, "GOVLAKE_HOME": str(here.home), "GOVLAKE_PORT_BASE": BASE, "GOVLAKE_KILL_AFTER": str(kill_after)}
    return subprocess.run([sys.executable, "-m", "jobs", step, "station_value", "--date", date], cwd=ROOT, env=environment, check=False).returncode


def files(here: Settings) -> list[Path]:
    return sorted((here.landing / "iot" / "station_value").glob(f"*/{TOPIC}-*"))


def offsets(found: list[Path]) -> list[tuple[str, int]]:
    """Every offset that a file's name says it holds, by partition."""
    names = [path.name.removeprefix(f"{TOPIC}-").split(".")[0].split("-") for path in found]
    return sorted((partition, offset) for partition, first, last in names for offset in range(int(first), int(last) + 1))


def test_packets_are_in_the_lake_exactly_once_whenever_the_job_is_killed(here: Settings) -> None:
    packets, today = hours(Random(212)), TODAY.isoformat()
    send(here, packets[:40])
    lives = [start(here, "land", today, step) for step in (2, 3, 4, 3, 2)]
    send(here, packets[40:])
    lives += [start(here, "land", today, step) for step in (2, 3, 4, 4)]
    assert (set(lives) >= {KILLED}, start(here, "land", (TODAY - timedelta(days=1)).isoformat()), start(here, "land", today)) == (True, 0, 0)
    found = files(here)
    assert {path.parent.name for path in found} == {today}
    assert (len(offsets(found)), len(set(offsets(found)))) == (len(list(records(packets[:40]))) + len(list(records(packets[40:]))),) * 2
    cut = [piece for path in found for piece in pieces([path.read_bytes()]) if not MARK.match(piece)]
    whole = [judged(piece) for piece in cut]
    assert sorted(cut) == sorted(packets)
    assert start(here, "run", today) == 0
    silver = DeltaTable(str(here.lake / "silver" / "station_value"))
    assert silver.count() == sum(len(packet.factors) for packet in whole if isinstance(packet, Packet))
    assert not (here.lake / "quarantine" / "station_value").exists()
    for path in found:
        path.unlink()  # moved out of landing: what the group has committed is known still
    assert (start(here, "land", today), files(here)) == (0, [])


def test_records_that_the_topic_lost_before_they_were_landed_are_told_once_and_the_rest_is_landed(here: Settings) -> None:
    today, packets = TODAY.isoformat(), hours(Random(213))[:3]
    assert start(here, "land", today) == 0
    ends = []
    for packet in packets:
        with closing(KafkaProducer(bootstrap_servers=here.kafka)) as producer:
            ends.append(producer.send(TOPIC, packet).get(30).offset)
    with closing(KafkaAdminClient(bootstrap_servers=here.kafka)) as admin:
        admin.delete_records({TopicPartition(TOPIC, 0): ends[-1]})  # as the topic's retention does
    assert [start(here, "land", today), start(here, "land", today)] == [Refused.exit_code, 0]
    assert [path.read_bytes().split(b"\r\n", 1)[1] for path in files(here)][-1:] == [packets[-1]]


def test_a_broker_that_dies_while_a_file_gets_its_name_is_not_waited_for_and_nothing_is_landed_twice(here: Settings, broker: Broker) -> None:
    today, packets, contract = TODAY.isoformat(), hours(Random(214))[:3], load(ROOT / "schemas" / "iot" / "station_value.odcs.yaml")
    send(here, packets)
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="What is in landing stays"):
        land(Landing(here, contract, today, time.time(), print, lambda step: broker.kill() if step == 3 else None))
    assert time.monotonic() - begun < 3 * PATIENCE
    known = files(here)
    broker.start()
    said = b"".join(line for line in known[-1].read_bytes().splitlines(keepends=True) if not MARK.match(line))
    assert (start(here, "land", today), files(here), said) == (0, known, b"".join(packets))


def test_a_topic_that_begins_anew_is_refused_as_its_offsets_would_be_taken_for_landed_ones(here: Settings) -> None:
    today = TODAY.isoformat()
    folder = here.landing / "iot" / "station_value" / today
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{TOPIC}-0-000000000000-000000999999.hj212").write_bytes(b"")
    assert start(here, "land", today) == Refused.exit_code
