"""Mobile and telephone numbers, web addresses as Spark expressions. The pattern texts are those of the plain twins."""

from pyspark.sql import Column

from jobs.conform.plain.contacts import MOBILE, PHONE, URL, URL_FAULT
from jobs.conform.rules.forms import has_form


def is_mobile(text: Column) -> Column:
    """Whether `text` is a mobile number of 11 digits; null for null. Source: numbering plan, form only."""
    return has_form(text, MOBILE)


def is_phone(text: Column) -> Column:
    """Whether `text` is a mobile, landline, 400 or hotline number; null for null. Source: numbering plan, form only."""
    return has_form(text, PHONE)


def is_url(text: Column) -> Column:
    """Whether `text` is an http or https address; null for null. Source: RFC 3986, RFC 9110 section 4.2.4."""
    return has_form(text, URL) & ~text.rlike(URL_FAULT)
