"""Only Java's one line is kept from the terminal, whatever else a started program says."""

import subprocess

import pytest

from jobs.commands.quiet import quiet

SAYS = "echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2; echo 'ERROR no space' >&2; printf 'WARNING: other' >&2"


def test_one_line_is_left_out_and_the_others_come_through(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError), quiet():  # an error waits for the last words
        subprocess.run(["sh", "-c", SAYS], check=True)
        raise RuntimeError
    assert capfd.readouterr().err == "ERROR no space\nWARNING: other"


def test_standard_error_is_itself_again_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet():
        pass
    subprocess.run(["sh", "-c", SAYS], check=True)
    assert "incubator" in capfd.readouterr().err
