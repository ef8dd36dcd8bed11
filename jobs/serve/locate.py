"""From the name a person types to the table that is meant."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load_one
from schemas.settings import Settings
from schemas.words import nearest

LEDGER = ("hop", "file")  # nouns of jobs/evidence/ledger.py


@dataclass(frozen=True)
class Place:
    """One table of the lake: its layer and name, where it is, and its contract; the ledger has none."""

    layer: Literal["silver", "gold", "ledger"]
    noun: str
    path: Path
    contract: Contract | None = None

    @property
    def name(self) -> str:
        """The table's full name, `<layer>.<table>`."""
        return f"{self.layer}.{self.noun}"


def locate(settings: Settings, name: str) -> Place:
    """Return the table meant by `enterprise`, `business.enterprise`, `silver.enterprise`, `gold.credit_profile`, `ledger.hop`.

    Loads one contract only. Raises Refused for an unknown table, with the nearest right word, and for quarantine,
    which has its own command.
    """
    first, short = name.split(".")[0], name.split(".")[-1]
    if first == "quarantine":
        raise Refused(f"Quarantined rows are shown with their reasons: `govlake quarantine {short}`.")
    if first == "ledger":
        if short not in LEDGER:
            raise Refused(f"There is no table '{name}'.{nearest(short, LEDGER)} The ledger has ledger.hop and ledger.file.")
        return Place("ledger", short, settings.lake / "ledger" / short)
    contract = load_one(settings.contracts, name)
    layer = layer_of(contract)
    if "." in name and first not in (layer, contract.source_class):
        raise Refused(f"There is no table '{name}'. Did you mean '{layer}.{short}'? `govlake tables` lists them.")
    return Place(layer, short, settings.lake / layer / short, contract)


def contract_of(settings: Settings, name: str) -> Contract:
    """Return the contract of a table. Raises Refused when there is no such table, or it has no contract."""
    contract = locate(settings, name.removeprefix("quarantine.")).contract
    if contract is None:
        raise Refused(f"'{name}' is kept by govlake itself and has no contract. `govlake show {name}` shows its rows.")
    return contract


def layer_of(contract: Contract) -> Literal["silver", "gold"]:
    """Return the layer a contract's table lives in: gold for a mart, else silver."""
    return "gold" if contract.source_class == "gold" else "silver"
