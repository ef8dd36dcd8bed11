"""From a contract file to a Contract: refuses what is not in the strict subset, with file, line and nearest word of each mistake."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from schemas import checks, computed, database, drift, fit, house, located, mistakes, template, uses
from schemas.contract import Column, Contract, RuleUse, SetRule
from schemas.document import Document, Property, Quality, SchemaObject
from schemas.errors import Refused
from schemas.located import Place, Source
from schemas.words import nearest

SUFFIX = ".odcs.yaml"
MARTS = "marts"  # folder of the gold tables, which are computed and not landed
STREAMS = checks.STREAMS
TABLE: Place = ("schema", 0)


def load(path: Path) -> Contract:
    """Load one contract. Raises Refused, naming file and line of each mistake, for anything outside the strict subset.

    Mistakes of form are told before those of meaning: what cannot be read cannot be judged.
    """
    return _read(path)[1]


def load_all(folder: Path) -> dict[str, Contract]:
    """Load the contracts of all landed tables below `folder`, by table name, in file order.

    Raises Refused for a name used twice, and for a rule that looks something up in a table without a contract.
    """
    read = [_read(path) for path in sorted(folder.rglob(f"*{SUFFIX}")) if path.parent.name not in (MARTS, STREAMS)]
    found = _unique([contract for _, contract in read])
    _distinct([source for source, _ in read])
    for source, contract in read:
        checks.references(source, contract, found)
    return found


def load_marts(folder: Path) -> dict[str, Contract]:
    """Load the contracts of all gold tables below `folder`, by table name; each has its SQL text beside it.

    Raises Refused for a name used twice, for a table to be read that has no contract, and for tables that read one another in a ring.
    """
    tables = {path.name.removesuffix(SUFFIX) for path in folder.rglob(f"*{SUFFIX}")}
    read = [_read(path) for path in sorted((folder / MARTS).glob(f"*{SUFFIX}"))]
    for source, contract in read:
        computed.reads(source, contract, tables)
    computed.rings(read)
    return _unique([contract for _, contract in read])


def load_streams(folder: Path) -> dict[str, Contract]:
    """Load the contracts of all tables below `folder` whose rows come as records of a topic, by table name."""
    return _unique([load(path) for path in sorted((folder / STREAMS).glob(f"*{SUFFIX}"))])


def _unique(contracts: list[Contract]) -> dict[str, Contract]:
    found: dict[str, Contract] = {}
    for contract in contracts:
        if contract.table in found:
            twin = found[contract.table].path
            raise Refused(f"{contract.path}:1: table '{contract.table}' is also in {twin}. Rename one.")
        found[contract.table] = contract
    return found


def _distinct(sources: list[Source]) -> None:
    """Raise Refused when two contracts have one id, as a copied one has until it is changed."""
    first: dict[str, Source] = {}
    for source in sources:
        identity = str(source.value.get("id"))
        if identity in first:
            raise source.refused(("id",), f"id '{identity}' is that of {first[identity].path} too. Write govlake.<source class>.<table>.")
        first[identity] = source


def load_one(folder: Path, name: str) -> Contract:
    """Load the contract of one table below `folder` and no other. Raises Refused, with the nearest name, for none."""
    paths = {path.name.removesuffix(SUFFIX): path for path in sorted(folder.rglob(f"*{SUFFIX}"))}
    return load(paths[_known(name, paths)])


def find(name: str, contracts: dict[str, Contract]) -> Contract:
    """Return the contract of a table, given as `enterprise`, `business.enterprise` or `silver.enterprise`."""
    return contracts[_known(name, contracts)]


def _known(name: str, tables: Mapping[str, Any]) -> str:
    short = name.rsplit(".", 1)[-1]
    if short not in tables:
        raise Refused(f"There is no table '{name}'.{nearest(short, tables)} `govlake tables` lists them.")
    return short


def _read(path: Path) -> tuple[Source, Contract]:
    source = located.source(path)
    try:
        document = Document.model_validate(source.value)
    except ValidationError as error:
        raise mistakes.refusal(source, error) from None
    contract = _built(source, document)
    checked = [partial(fit.set_rule, source, place, rule, contract) for place, rule in _set_rules(source, document.schema_[0])]
    source.every([partial(checks.contract, source, contract), *checked])
    return source, contract


def _built(source: Source, document: Document) -> Contract:
    table, sla = document.schema_[0], {item.property: item for item in document.slaProperties}
    _check_form(source, document)
    given = _house_keys(source, document)
    at = house.place(source, ("customProperties",), given["sourceFormat"])
    return Contract(
        table=table.name, source_class=document.domain, title=table.businessName, version=document.version,
        description=table.description, purpose=document.description.purpose, owner=document.team.name,
        owner_code=given["ownerCode"], columns=_columns(source, table), source_format=given["sourceFormat"],
        merge=given["merge"], order_by=tuple(given["orderBy"]), schedule=sla["frequency"].schedule or "",
        freshness_hours=sla["latency"].value, retention_years=sla["retention"].value,
        quarantine_rate=float(given["quarantineRate"]), sharing=given["sharing"], path=source.path,
        row_rules=_row_rules(source, table), topic=given.get("topic"),
        reads=tuple(given.get("reads", ())), changes=given.get("changes"),
        template=template.template(source, at, given["sourceFormat"], given.get(given["sourceFormat"])),
        set_rules=tuple(rule for _, rule in _set_rules(source, table)), delivery=given.get("delivery"), feed=given.get("feed"),
        drift=drift.drift(source, house.place(source, ("customProperties",), "drift"), given.get("drift")), deleted=_deleted(given.get("deleted", {})),
        database=database.database(source, house.place(source, ("customProperties",), "database"), given.get("database")),
    )  # fmt: skip


def _deleted(given: Mapping[str, Any]) -> Mapping[str, tuple[Any, ...]]:
    return {name: tuple(wanted) if isinstance(wanted, list) else (wanted,) for name, wanted in given.items()}


def _check_form(source: Source, document: Document) -> None:
    """Read every part for its mistakes, before the contract is made of them."""
    table = document.schema_[0]
    parts = [partial(part, source, table) for part in (_check_name, _columns, _row_rules, _set_rules)]
    source.every([*parts, partial(checks.document, source, document), partial(_house_keys, source, document)])


def _check_name(source: Source, table: SchemaObject) -> None:
    if table.name != source.path.name.removesuffix(SUFFIX):
        sentence = f"table '{table.name}' must be called like its file. Rename one of the two."
        raise source.refused((*TABLE, "name"), sentence)


def _house_keys(source: Source, document: Document) -> dict[str, Any]:
    given = house.keys(source, ("customProperties",), document.customProperties, house.TABLE)
    house.required(source, given)
    return given


def _columns(source: Source, table: SchemaObject) -> tuple[Column, ...]:
    return tuple(source.every(partial(_column, source, (*TABLE, "properties", i), item) for i, item in enumerate(table.properties)))


def _column(source: Source, place: Place, item: Property) -> Column:
    around: Place = (*place, "customProperties")
    given = house.keys(source, around, item.customProperties, house.COLUMN)
    at = house.place(source, around, "rules")
    if item.primaryKeyPosition is not None and not item.primaryKey:
        sentence = f"column '{item.name}' has a key position but no 'primaryKey: true'. Add it."
        raise source.refused((*place, "primaryKeyPosition"), sentence)
    return Column(
        name=item.name, logical_type=item.logicalType, title=item.businessName, description=item.description,
        classification=item.classification, examples=tuple(item.examples), required=item.required,
        key_position=(1 if item.primaryKeyPosition is None else item.primaryKeyPosition) if item.primaryKey else None,
        physical_type=item.physicalType,
        rules=_rules(source, at, given, "column"),
        aliases=tuple(given.get("aliases", ())), formats=tuple(given.get("formats", ())),
        placeholders=tuple(given.get("placeholders", ())), compose=given.get("compose"), free_text=given.get("freeText"), unit=given.get("unit"),
        span=template.span(source, house.place(source, around, "span"), given["span"]) if "span" in given else None,
        line=source.line((*place, "name")),
    )  # fmt: skip


def _row_rules(source: Source, table: SchemaObject) -> tuple[RuleUse, ...]:
    around: Place = (*TABLE, "customProperties")
    given = house.keys(source, around, table.customProperties, house.ROWS)
    return _rules(source, house.place(source, around, "rules"), given, "row")


def _rules(source: Source, at: Place, given: Mapping[str, Any], scope: str) -> tuple[RuleUse, ...]:
    return tuple(source.every(partial(uses.rule, source, (*at, i), use, scope) for i, use in enumerate(given.get("rules", ()))))


def _set_rules(source: Source, table: SchemaObject) -> list[tuple[Place, SetRule]]:
    found: list[tuple[Place, Quality, str | None]]
    found = [((*TABLE, "quality", i), quality, None) for i, quality in enumerate(table.quality)]
    found += [
        ((*TABLE, "properties", i, "quality", j), quality, item.name)
        for i, item in enumerate(table.properties)
        for j, quality in enumerate(item.quality)
    ]
    rules = source.every(partial(uses.set_rule, source, place, quality, column) for place, quality, column in found)
    return [(place, rule) for (place, _, _), rule in zip(found, rules, strict=True)]
