"""Extractions killed at random while the department goes on writing: every change lands once, in its order, and they add up to the table."""

import os
import signal
import subprocess
import sys
from random import Random
from threading import Thread

import pytest

from schemas.settings import ROOT, Settings
from tests.ingest.database.server import Server, extract
from tests.ingest.database.test_rows import landed, rows

pytestmark = [pytest.mark.stack, pytest.mark.crash]
SEED, TRANSACTIONS, KILLS = 20260302, 1_500, 15


def statements(random: Random) -> list[str]:
    """Made work of a department: each row's seats are the number of the statement that wrote it, so that each can be told from all others."""
    made = []
    for number in range(TRANSACTIONS):
        record = f"L{random.randrange(40)}"
        write = f"INSERT INTO register.licence VALUES ('{record}', '甲', {number}) ON CONFLICT (licence_no) DO UPDATE SET seats = {number}"
        rare = "TRUNCATE register.licence" if random.random() < 0.02 else f"DELETE FROM register.licence WHERE licence_no = '{record}'"
        made.append(write if random.random() < 0.8 else rare)
    return made


def killed(here: Settings, random: Random) -> bool:
    """Begin an extraction and kill it at some moment, unless it is done by then."""
    command = [sys.executable, "-m", "jobs", "extract", "licence", "--date", "2026-03-02"]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **here.environment}, stdout=subprocess.DEVNULL) as process:
        try:
            process.wait(random.uniform(0.15, 0.6))
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait() == -signal.SIGKILL


def test_every_change_lands_once_and_in_order_whenever_extractions_are_killed(server: Server, here: Settings) -> None:
    random = Random(SEED)
    work = statements(random)
    assert extract(here, "licence", "2026-03-02").returncode == 0
    department = Thread(target=server.run, args=work)
    department.start()
    while sum(killed(here, random) for _ in range(KILLS)) == 0:
        pass
    department.join()
    assert extract(here, "licence", "2026-03-02").returncode == 0

    found = rows(*landed(here, "licence"))
    assert [int(line["seats"]) for line in found if line["_operation"] != "D"] == [number for number, one in enumerate(work) if one.startswith("INSERT")]
    assert [line["_changed_at"] for line in found] == sorted({line["_changed_at"] for line in found})
    standing: dict[str, str] = {}
    for line in found:
        standing.pop(line["licence_no"], None)
        if line["_operation"] != "D":
            standing[line["licence_no"]] = line["seats"]
    assert standing == dict(server.run("SELECT licence_no, seats::text FROM register.licence"))
