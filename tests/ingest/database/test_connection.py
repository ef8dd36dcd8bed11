"""The way into a department's database: what is wrong with it is told in one sentence, which holds neither its address nor a password."""

from pathlib import Path

import pytest

from infra.place import write_private
from jobs.ingest.database.connection import connected
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings, settings
from tests.ingest.database.server import PASSWORD, READER, Server, extract

FILE = "[registry]\nhost=127.0.0.1\nport=1\ndbname=registry\nuser=somebody\npassword=made-up-password\n"


def installation(home: Path, text: str) -> Settings:
    here = settings({"GOVLAKE_HOME": str(home)})
    write_private(here.databases, text)
    return here


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (FILE.replace("registry]", "registri]"), "there is no connection 'registry'. Did you mean 'registri'? Nothing was read."),
        (FILE.replace("password=", "passwort="), "connection 'registry' has 'passwort', which is not known. Did you mean 'password'? Nothing was read."),
        (FILE + "nonsense\n", "cannot be read (ParsingError). Nothing was read."),
    ],
)
def test_a_mistake_in_the_secrets_file_is_told_without_a_secret(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused, connected(installation(tmp_path, text), "registry"):
        pass
    assert sentence in str(refused.value)
    assert "made-up-password" not in str(refused.value)


def test_a_secrets_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    here = installation(tmp_path, FILE)
    here.databases.chmod(0o640)
    with pytest.raises(Refused, match="others may read it, and it holds passwords"), connected(here, "registry"):
        pass


def test_a_database_that_is_away_is_tried_again_and_named_without_its_address(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as away, connected(installation(tmp_path, FILE), "registry"):
        pass
    assert str(away.value) == (
        "The database of connection 'registry' did not answer (Connection refused). "
        "Nothing half written is in landing; the next try goes on from the last file that is."
    )


@pytest.mark.stack
def test_a_wrong_password_is_refused_and_named_without_it(server: Server, here: Settings) -> None:
    here.databases.write_text(here.databases.read_text(encoding="utf-8").replace(PASSWORD, "wrong"), encoding="utf-8")
    refused = extract(here, "roll", "2026-03-02")
    assert (refused.returncode, "let nobody in: user, password or database name in the secrets file is wrong" in refused.stderr) == (65, True)
    assert not any(secret in refused.stderr for secret in ("wrong\"", READER, "127.0.0.1"))


@pytest.mark.stack
def test_a_server_that_stops_between_two_extractions_is_unavailable_and_nothing_is_lost(server: Server, here: Settings) -> None:
    server.run("INSERT INTO register.licence VALUES ('L1', '甲', 1)")
    assert extract(here, "licence", "2026-03-02").returncode == 0
    server.run("UPDATE register.licence SET seats = 2")
    server.stop()
    away = extract(here, "licence", "2026-03-02")
    server.start()
    assert (away.returncode, "UNAVAILABLE: The database of connection 'registry' did not answer (Connection refused)." in away.stderr) == (75, True)
    assert "1 line(s)" in extract(here, "licence", "2026-03-02").stdout
