"""The strict subset of ODCS 3.1 that a govlake contract is written in, as pydantic models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]
Level = Literal["public", "internal", "personal", "sensitive"]
Text = Annotated[str, Field(min_length=1)]
Metric = Literal["rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues"]


class Strict(BaseModel):
    """A part of the document: unknown keys are refused, values are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CustomProperty(Strict):
    """A house key: ODCS keeps the keys it does not define here."""

    property: Text
    value: Any
    description: str | None = None


class Quality(Strict):
    """A set rule. type 'library' uses an ODCS metric, 'custom' one of the house's metrics."""

    name: str | None = None
    description: str | None = None
    type: Literal["library", "custom"] = "library"
    dimension: str | None = None
    metric: Metric | None = None
    engine: Literal["govlake"] | None = None
    implementation: dict[str, Any] | None = None
    arguments: dict[str, Any] = {}
    unit: Literal["rows", "percent"] = "rows"
    mustBe: float | int | None = None
    mustBeGreaterThan: float | int | None = None
    mustBeGreaterOrEqualTo: float | int | None = None
    mustBeLessThan: float | int | None = None
    mustBeLessOrEqualTo: float | int | None = None
    mustBeBetween: list[float | int] | None = None


class Property(Strict):
    """One column."""

    name: Annotated[str, Field(pattern=r"\A[A-Za-z][A-Za-z0-9_]*\z")]
    businessName: Text
    description: Text
    logicalType: LogicalType
    physicalType: str | None = None
    required: bool = False
    primaryKey: bool = False
    primaryKeyPosition: int | None = None
    classification: Level
    examples: Annotated[list[str], Field(min_length=1)]
    quality: list[Quality] = []
    customProperties: list[CustomProperty] = []


class SchemaObject(Strict):
    """The one table of a contract."""

    name: Annotated[str, Field(pattern=r"\A[a-z][a-z0-9_]*\z")]
    businessName: Text
    logicalType: Literal["object"] = "object"
    physicalType: Literal["table"] = "table"
    description: Text
    properties: Annotated[list[Property], Field(min_length=1)]
    quality: list[Quality] = []
    customProperties: list[CustomProperty] = []


class Description(Strict):
    """What the table is for, and what it must not be used for."""

    purpose: Text
    usage: str | None = None
    limitations: str | None = None


class Sla(Strict):
    """A promise: latency (hours from schedule to release), retention (years), frequency (with a cron schedule)."""

    property: Literal["latency", "retention", "frequency"]
    value: int
    unit: Literal["h", "d", "y"]
    description: str | None = None
    scheduler: Literal["cron"] | None = None
    schedule: str | None = None


class Team(Strict):
    """The department that answers for the data."""

    name: Text
    description: str | None = None


class Document(Strict):
    """A whole contract file."""

    apiVersion: Literal["v3.1.0"]
    kind: Literal["DataContract"]
    id: Text
    name: Text
    version: Annotated[str, Field(pattern=r"\A\d+\.\d+\.\d+\z")]
    status: Literal["draft", "active", "deprecated", "retired"]
    domain: Literal["business", "social", "internet", "iot", "reference", "gold"]
    description: Description
    team: Team
    schema_: Annotated[list[SchemaObject], Field(alias="schema", min_length=1, max_length=1)]
    slaProperties: list[Sla]
    customProperties: list[CustomProperty]
