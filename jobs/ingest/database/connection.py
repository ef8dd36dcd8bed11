"""A department's database: the way in from the secrets file, and its failures as one sentence without an address in it."""

from collections.abc import Iterator
from configparser import ConfigParser, Error
from contextlib import contextmanager
from typing import Any

import psycopg2

from schemas.errors import Failure, Refused, Unavailable
from schemas.settings import Settings
from schemas.words import nearest

KEYS = ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert")  # of libpq, as in its pg_service.conf
PATIENCE = 10  # seconds to connect
# What a value's text depends on; names are looked up in no schema that somebody else may write to.
SESSION = ("search_path=pg_catalog", "timezone=Asia/Shanghai", "datestyle=ISO", "intervalstyle=postgres", "bytea_output=hex",
           "extra_float_digits=1", "lock_timeout=60s", "default_transaction_read_only=on")  # fmt: skip
PASSING = ("08", "40", "53", "57", "58")  # classes of SQLSTATE that time can heal: connection, conflict, resources, shutdown, disk
PASSING_STATES = ("55006", "55P03")  # slot in use, lock not to be had
REFUSALS = ("authentication failed", "does not exist", "permission denied", "no pg_hba.conf entry", "no password supplied", "must be superuser")
REASONS = ("Connection refused", "timeout expired", "could not translate host name", "No route to host", "SSL", "starting up", "shutting down", "too many")
GUIDE = "See docs/guide/operate.md, 'Databases of departments'."
STATE = "Nothing half written is in landing; the next try goes on from the last file that is."


def parameters(settings: Settings, name: str) -> dict[str, str]:
    """Return how to reach the connection called `name`. Raises Refused when the file does not say, or others may read it."""
    path = settings.databases
    if not path.is_file():
        raise Refused(f"{path}: there is no such file, so nobody knows where connection '{name}' leads. Nothing was read. {GUIDE}")
    if path.stat().st_mode & 0o077:
        raise Refused(f"{path}: others may read it, and it holds passwords. Nothing was read. Run `chmod 600 {path}`.")
    found = ConfigParser(interpolation=None)
    try:
        found.read_string(path.read_text(encoding="utf-8"))
    except Error as error:
        raise Refused(f"{path}: cannot be read ({type(error).__name__}). Nothing was read. {GUIDE}") from None
    if not found.has_section(name):
        raise Refused(f"{path}: there is no connection '{name}'.{nearest(name, found.sections())} Nothing was read. Add a part [{name}]. {GUIDE}")
    unknown = next((key for key in found[name] if key not in KEYS), None)
    if unknown:
        raise Refused(f"{path}: connection '{name}' has '{unknown}', which is not known.{nearest(unknown, KEYS)} Nothing was read.")
    return dict(found[name])


@contextmanager
def connected(settings: Settings, name: str, factory: Any = None) -> Iterator[Any]:
    """Give a connection whose texts are always spelled alike, and which writes nothing.

    factory: psycopg2's kind of connection; None for the usual one.  Raises Unavailable while the database is away,
    Refused for what will not heal by itself; both name the connection and neither its address nor a value.
    """
    given = parameters(settings, name)
    options = " ".join(f"-c {one}" for one in SESSION)
    with spoken(name):
        connection = psycopg2.connect(**given, options=options, client_encoding="UTF8", connect_timeout=PATIENCE, application_name="govlake", connection_factory=factory)
    try:
        with spoken(name):
            yield connection
    finally:
        connection.close()


@contextmanager
def spoken(name: str) -> Iterator[None]:
    """Turn what the driver raises into one of our two kinds of failure."""
    try:
        yield
    except psycopg2.Error as error:
        raise _failure(name, error) from None


def _failure(name: str, error: psycopg2.Error) -> Failure:
    state = error.pgcode
    if state is None:
        return _unreached(name, str(error))
    if state[:2] in PASSING or state in PASSING_STATES:
        return Unavailable(f"The database of connection '{name}' broke off (SQLSTATE {state}). {STATE}")
    if state == "42501":
        return Refused(f"Connection '{name}' may not do what is asked of it (SQLSTATE 42501). {STATE} Ask the department for the GRANTs. {GUIDE}")
    return Refused(f"The database of connection '{name}' refused a statement (SQLSTATE {state}). {STATE} {GUIDE}")


def _unreached(name: str, text: str) -> Failure:
    """The driver says no SQLSTATE of a connection that was never made, and its text holds the address."""
    if any(phrase in text for phrase in REFUSALS):
        return Refused(f"The database of connection '{name}' let nobody in: user, password or database name in the secrets file is wrong. Nothing was read. {GUIDE}")
    reason = next((f" ({phrase})" for phrase in REASONS if phrase in text), "")
    return Unavailable(f"The database of connection '{name}' did not answer{reason}. {STATE}")
