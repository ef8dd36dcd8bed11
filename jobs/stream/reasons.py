"""Why a request was turned away or sent to a person, and why a look-up got no answer: codes with their sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Reason:
    """One reason: a code for programs, a sentence in Chinese and in English for people."""

    code: str
    zh: str
    en: str


ITEM_UNKNOWN = Reason("item_unknown", "事项不在实施清单中。", "The item is not in the catalogue of service items.")
ITEM_NOT_INSTANT = Reason("item_not_instant", "该事项不是即办件。", "The item is not an instant item.")
ITEM_NOT_IN_FORCE = Reason("item_not_in_force", "该事项在受理当日未生效或已取消。", "The item is not in force on the day of receipt.")
PROMISE_ILLEGAL = Reason("promise_illegal", "该事项的承诺时限不合法：即办件应为0或1，且不超过法定时限。",
                         "The item's promised limit is not legal: 0 or 1 for an instant item, and within the law's limit.")
OTHER_BODY = Reason("other_body", "受理部门不是该事项的实施主体。", "The accepting body is not the one that implements the item.")
MATERIALS_MISSING = Reason("materials_missing", "缺少申请材料：", "Materials are missing: ")
CASE_SEEN = Reason("case_seen", "办件编号已受理过", "is the number of a case that was accepted before")

CREDIT_REVIEW = Reason("credit_review", "申请人有有效的不良信用记录，请人工审查。", "Something in force stands against the applicant: a person must look at it.")
CREDIT_BLOCK = Reason("credit_block", "申请人在依法限制许可的名单内，请人工处理。", "The applicant is on a list whose law bars it from licences: a person must decide.")
CREDIT_UNKNOWN = Reason("credit_unknown", "无法确认申请人的信用状况，请人工核查。", "The applicant's credit standing could not be told: a person must check it.")

PURPOSE_NOT_ALLOWED = Reason("purpose_not_allowed", "未说明用途，或该用途不得查询信用信息。", "No purpose is given, or one for which credit data may not be looked up.")
ASKER_MISSING = Reason("asker_missing", "未说明查询人。", "The look-up does not say who asks.")
SUBJECT_MISSING = Reason("subject_missing", "未说明查询对象。", "The look-up does not say about whom.")
WRONG_CHECK_DIGIT = Reason("wrong_check_digit", "统一社会信用代码的校验位不符。", "The unified social credit code has a wrong check digit.")
AMBIGUOUS_NAME = Reason("ambiguous_name", "有多个主体使用该名称，请用统一社会信用代码查询。", "Several subjects have this name. Ask by unified social credit code.")
UNKNOWN_SUBJECT = Reason("unknown_subject", "登记中没有该主体。", "The register has no such subject.")


def away(table: str) -> Reason:
    """Return the reason that a table an answer needs has no version to read."""
    return Reason("reference_unavailable", f"参照数据 {table} 暂不可用，请人工核查。", f"{table} cannot be read now: a person must check.")


def told(reason: Reason) -> Column:
    """Return a reason as a column."""
    return F.struct(*(F.lit(getattr(reason, name)).alias(name) for name in ("code", "zh", "en")))


def named(reason: Reason, names: Column) -> Column:
    """Return a reason as a column, its sentences ended with these names, all at once."""
    zh, en = (F.concat(F.lit(text), F.array_join(names, "、" if end == "。" else ", "), F.lit(end)) for text, end in ((reason.zh, "。"), (reason.en, ".")))
    return F.struct(F.lit(reason.code).alias("code"), zh.alias("zh"), en.alias("en"))


def gathered(possible: Sequence[tuple[Column, Reason | Column]]) -> Column:
    """Return the array of the reasons whose condition holds, in the order given."""
    return F.array_compact(F.array(*(F.when(holds, told(one) if isinstance(one, Reason) else one) for holds, one in possible)))


def first(possible: Sequence[tuple[Column, Reason]]) -> Column:
    """Return the first reason whose condition holds; null when none does."""
    return F.coalesce(*(F.when(holds, told(reason)) for holds, reason in possible))
