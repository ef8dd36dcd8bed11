"""How long Airflow takes to read the DAGs of 500 contracts: the first time, and when no contract has changed."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COUNT = 500
AIM = 5.0  # seconds, of issue 4 section 9


def parse_dags() -> Iterator[dict[str, Any]]:
    """Yield the measurements: seconds for all of them read anew and from memory, each against the aim."""
    import tests.dags.conftest  # noqa: F401 - an Airflow home of its own, before Airflow is imported
    from schemas.settings import ROOT
    from tests.dags.contracts import large
    from tests.dags.parsing import parse

    division = "reference/admin_division.odcs.yaml"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "contracts"
        for name, text in {**large(COUNT), division: (ROOT / "schemas" / division).read_text(encoding="utf-8")}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for kind in ("all contracts new", "no contract changed"):
            parsed = parse(folder, GOVLAKE_HOME=place)
            tables = [one for one in parsed.dag_ids if not one.startswith(("stream.", "delivery.", "lake."))]
            assert (len(tables), parsed.errors) == (COUNT + 1, {})
            yield {
                "name": f"parse of {COUNT} DAGs, {kind}", "value": round(parsed.seconds, 2), "unit": "CPU-s",
                "against": f"aim {AIM:g} s", "ratio": round(parsed.seconds / AIM, 2),
            }  # fmt: skip


if __name__ == "__main__":
    for line in parse_dags():
        print(line)
