"""Which Spark expression stands for which rule of schemas/rules.py. Rules that need a join are not here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pyspark.sql import Column

from jobs.conform.rules import contacts, organisations, persons, places, rows, services, texts, values
from jobs.conform.rules.value import Batch, Value

__all__ = ["COLUMN_RULES", "JOINED", "ROW_RULES", "Batch", "Value"]

ColumnRule = Callable[[Value, Mapping[str, Any], Batch], Column]
RowRule = Callable[[Mapping[str, Value], Mapping[str, Any], Batch], Column]

JOINED = frozenset({"in_table", "workday_limit"})  # need a reference table: joined by conform, not computed here


def _text(predicate: Callable[[Column], Column]) -> ColumnRule:
    return lambda value, arguments, batch: predicate(value.text)


def _dated(predicate: Callable[[Column, Column], Column]) -> ColumnRule:
    return lambda value, arguments, batch: predicate(value.text, batch.as_of)


COLUMN_RULES: Mapping[str, ColumnRule] = MappingProxyType({
    "uscc": _text(organisations.is_uscc),
    "org_code": _text(organisations.is_org_code),
    "business_reg_no": _text(organisations.is_business_reg_no),
    "citizen_id": _dated(persons.is_citizen_id),
    "citizen_id_15": _text(persons.is_citizen_id_15),
    "citizen_id_any": _dated(persons.is_citizen_id_any),
    "admin_division": _text(places.is_admin_division),
    "mobile": _text(contacts.is_mobile),
    "phone": _text(contacts.is_phone),
    "licence_id": _text(services.is_licence_id),
    "service_base_code": _text(services.is_service_base_code),
    "service_impl_code": _text(services.is_service_impl_code),
    "service_handle_item": _text(services.is_service_handle_item),
    "website_id": _text(places.is_website_id),
    "url": _text(contacts.is_url),
    "clean_text": _text(texts.is_clean_text),
    "enum": values.is_in_enum,
    "range": values.is_in_range,
    "length": values.is_as_long,
    "pattern": values.is_like,
    "not_after_batch": values.is_not_after_batch,
})

ROW_RULES: Mapping[str, RowRule] = MappingProxyType({
    "order": rows.is_ordered,
    "required_if": rows.is_given_if,
    "any_of": rows.is_any_given,
    "part_of": rows.is_part_of,
    "implies": rows.is_implied,
    "same_day": rows.is_same_day,
    "unit": rows.is_in_its_unit,
})
