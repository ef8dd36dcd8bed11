"""One version of a Delta table as its log has it: its schema and its files, found without Spark."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from schemas.errors import Refused


@dataclass(frozen=True)
class Version:
    """number: of the version.  schema: as Delta writes it, in JSON.  files: whole paths, of what a reader of the version reads."""

    number: int
    schema: str
    files: tuple[Path, ...]


def look(path: Path, number: int | None = None) -> Version | None:
    """Return a version, the newest by default; None when the table has no commit yet. Raises Refused when it is not kept any more."""
    try:
        table = DeltaTable(path, version=number)
    except TableNotFoundError:
        return None
    except DeltaError as error:
        raise Refused(f"{path}: version {number} is not kept any more: {str(error).splitlines()[0][:200]}") from error
    names = table.get_add_actions(flatten=True)["path"].to_pylist()
    return Version(table.version(), table.schema().to_json(), tuple(path / unquote(name) for name in names))
