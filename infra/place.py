"""Where one installation keeps what the stack needs: run files, logs, secrets, and the port base it was given."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from schemas import sockets
from schemas.settings import ROOT, Settings, settings

VENV = ROOT / ".venv" / "bin"


@dataclass(frozen=True)
class Place:
    """The folders of one installation, all below its home."""

    settings: Settings

    @property
    def run(self) -> Path:
        """Generated configuration, locks and process ids."""
        return self.settings.home / "run"

    @property
    def logs(self) -> Path:
        """One log a program."""
        return self.settings.home / "logs"

    @property
    def airflow(self) -> Path:
        """Airflow's home: its task logs."""
        return self.settings.home / "airflow"

    @property
    def kafka(self) -> Path:
        """The broker's data."""
        return self.settings.home / "kafka"

    @property
    def own_settings(self) -> Path:
        """The file in which this installation remembers what it was given."""
        return self.settings.home / "settings.env"

    @property
    def socket(self) -> Path:
        """Where the process manager listens."""
        return sockets.place(self.run, "supervisor.sock")

    def secret(self, name: str, size: int = 32) -> str:
        """Return the secret called `name`, made of `size` random bytes when first asked for, readable by its owner only."""
        path = self.settings.home / "secrets" / name
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.parent.chmod(0o700)
            write_private(path, secrets.token_urlsafe(size))
        return path.read_text(encoding="utf-8")


def here() -> Place:
    """Return the place this process belongs to."""
    return Place(settings())


def remember(place: Place) -> None:
    """Write the port base down on the first start, and again when another one is given."""
    given = os.environ.get("GOVLAKE_PORT_BASE")
    known = place.own_settings.read_text(encoding="utf-8").splitlines() if place.own_settings.is_file() else []
    if known and not given:
        return
    kept = [line for line in known if not line.startswith("GOVLAKE_PORT_BASE=")]
    head = [] if known else ["# This clone's own settings; infra/settings.example.env explains them all."]
    write_private(place.own_settings, "\n".join([*head, *kept, f"GOVLAKE_PORT_BASE={given or 10000}", ""]))


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.rename(path)
