"""Which dirt goes where: for each table, what conform sets right or records (kept) and what it turns away (refused)."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.data.made import dirt, dirt_dates

KEPT_SHARE, REFUSED_SHARE = 0.05, 0.025  # of all rows; totals, bad bytes and ties come on top
Soil = tuple[str, Callable[[str, Random], str]]  # column and what happens to it; swapped columns are 'a+b'


@dataclass(frozen=True)
class Plan:
    """The dirt of one table. order: the column that says which of two deliveries is newer. fill: merged cells."""

    kept: tuple[Soil, ...]
    refused: tuple[Soil, ...]
    order: str
    fill: str | None = None


def _swap(value: str, rng: Random) -> str:
    return value


ENVELOPE = (("cd_time", dirt_dates.instant_spelled), ("cd_batch", dirt.padded), ("cd_operation", dirt.unknown_code),
            ("data_source", dirt.no_code))


def _party(prefix: str) -> tuple[Soil, ...]:
    return ((f"{prefix}_XDR_SHXYM", dirt.full_width), (f"{prefix}_XDR_SHXYM", dirt.padded), (f"{prefix}_XDR_SHXYM", dirt.lower),
            (f"{prefix}_FRDB", dirt.rare), (f"{prefix}_FRDB", dirt.compatibility), (f"{prefix}_FRDB", dirt.dotted),
            (f"{prefix}_FR_ZJHM", dirt.old_15), (f"{prefix}_FR_ZJHM", dirt.times_sign), (f"{prefix}_XDR_GSZC", dirt.old_13),
            (f"{prefix}_XDR_SWDJ", dirt.placeholder), (f"{prefix}_JDRQ", dirt_dates.spelled), (f"{prefix}_JDRQ", dirt_dates.chinese_date),
            ("SJC", dirt_dates.instant_spelled), ("BZ", dirt.placeholder), ("BZ", dirt.lines_and_tabs), (f"{prefix}_XDR_MC", dirt.plain_brackets))


def _party_refused(prefix: str) -> tuple[Soil, ...]:
    return ((f"{prefix}_XDR_SHXYM", dirt.wrong_check), (f"{prefix}_JDRQ", dirt_dates.impossible_date), (f"{prefix}_XDR_SHXYM", dirt.letter_o),
            (f"{prefix}_XDR_SHXYM", dirt.several), (f"{prefix}_XDR_SHXYM", dirt.scientific), (f"{prefix}_XDR_MC+{prefix}_XDR_SHXYM", _swap),
            (f"{prefix}_XDR_LB", dirt.no_code), (f"{prefix}_JDRQ", dirt_dates.serial_date), (f"{prefix}_JDRQ", dirt_dates.zero_date),
            (f"{prefix}_JDRQ", dirt_dates.future_date), (f"{prefix}_WSH", dirt.nothing), (f"{prefix}_NR", dirt.read_as_gbk))


PLANS = {
    "enterprise": Plan(
        (("uscc", dirt.full_width), ("registered_on", dirt_dates.spelled), ("legal_representative", dirt.dotted), ("uscc", dirt.padded),
         ("legal_representative", dirt.rare), ("term_to", dirt_dates.open_end), ("uscc", dirt.lower), ("uscc", dirt.split_by_blanks),
         ("legal_person_id", dirt.old_15), ("legal_person_id", dirt.lower_x), ("legal_person_id", dirt.full_width),
         ("legal_representative", dirt.blank_inside), ("legal_representative", dirt.compatibility), ("name", dirt.plain_brackets),
         ("legal_representative", dirt.glyph_missing), ("business_reg_no", dirt.old_13), ("registered_on", dirt_dates.chinese_date),
         ("approved_on", dirt_dates.zero_date), ("phone", dirt.placeholder), ("business_scope", dirt.lines_and_tabs),
         ("division_code", dirt.merged_district), ("division_code", dirt.no_district), ("status", dirt.unknown_code),
         ("updated_at", dirt_dates.instant_spelled), ("capital_cny", dirt.full_width)),
        (("uscc", dirt.wrong_check), ("registered_on", dirt_dates.impossible_date), ("uscc", dirt.null_code), ("uscc", dirt.letter_o),
         ("uscc", dirt.apostrophe), ("uscc", dirt.scientific), ("uscc+name", _swap), ("name", dirt.read_as_gbk),
         ("name", dirt.read_as_latin), ("name", dirt.replaced_twice), ("legal_person_id", dirt.times_sign),
         ("legal_person_id", dirt.scientific), ("registered_on", dirt_dates.serial_date), ("registered_on", dirt_dates.short_year),
         ("registered_on", dirt_dates.zero_date), ("division_code", dirt.float_text), ("capital_cny", dirt.negative), ("uscc", dirt.several),
         ("address", dirt.nul)),
        "updated_at", "registering_office",
    ),
    "permit": Plan((("XK_YXQZI", dirt_dates.open_end), *_party("XK")), (*_party_refused("XK"), ("XK_XKLB", dirt.no_code)), "SJC"),
    "penalty": Plan((("CF_NR_FK", dirt.in_yuan), *_party("CF"))[::-1], (*_party_refused("CF"), ("CF_NR_FK", dirt.negative)), "SJC"),
    "service_item": Plan(
        (("task_code", dirt.full_width), ("plan_cancel_date", dirt_dates.open_end), ("task_type", dirt.padded), *ENVELOPE,
         ("accept_condition", dirt.lines_and_tabs), ("local_task_code", dirt.placeholder), ("plan_effective_date", dirt_dates.spelled)),
        (("catalog_code", dirt.zeros_lost), ("project_type", dirt.no_code), ("task_code", dirt.wrong_check), ("promise_day", dirt.float_text)),
        "cd_time", "transact_addr",
    ),
    "case_accept": Plan(
        (("contact_mobile", dirt.full_width), ("accept_date", dirt_dates.instant_spelled), ("applyer_name", dirt.rare), *ENVELOPE,
         ("contact_code", dirt.old_15), ("task_code", dirt.padded), ("applyer_name", dirt.blank_inside),
         ("contact_code", dirt.times_sign), ("contact_mobile", dirt.placeholder), ("promise_date", dirt_dates.spelled),
         ("promise_date", dirt_dates.chinese_date), ("zip_code", dirt.nothing), ("applyer_type", dirt.unknown_code)),
        (("contact_mobile", dirt.scientific), ("catalog_code", dirt.zeros_lost), ("accept_date", dirt_dates.zero_date), ("task_code", dirt.wrong_check),
         ("accept_date", dirt_dates.future_date), ("apply_date", dirt_dates.serial_date), ("project_type", dirt.no_code), ("project_no", dirt.nothing),
         ("contact_mobile", dirt.several), ("applyer_name", dirt.read_as_gbk), ("applyer_name+applyer_page_type", _swap),
         ("task_version", dirt.no_code), ("org_code", dirt.wrong_check), ("address", dirt.nul)),
        "cd_time",
    ),
    "case_process": Plan(
        (("handle_explain", dirt.lines_and_tabs), ("event_start_time", dirt_dates.instant_spelled), *ENVELOPE, ("remark", dirt.placeholder),
         ("event_name", dirt.unknown_code), ("handle_user_name", dirt.rare)),
        (("event_start_time", dirt_dates.serial_date), ("process_name", dirt.nothing), ("event_end_time", dirt_dates.zero_date),
         ("handle_explain", dirt.replaced_twice), ("event_start_time", dirt_dates.future_date), ("handle_explain", dirt.nul)),
        "cd_time",
    ),
    "case_result": Plan(
        (("result_date", dirt_dates.instant_spelled), ("satisfaction", dirt.placeholder), *ENVELOPE, ("result_explain", dirt.lines_and_tabs),
         ("result_type", dirt.no_code), ("result_cetr_no", dirt.several)),
        (("result_date", dirt_dates.impossible_date), ("satisfaction", dirt.unknown_code), ("project_no", dirt.nothing), ("result_date", dirt_dates.zero_date),
         ("result_explain", dirt.read_as_gbk)),
        "cd_time",
    ),
    "credit_listing": Plan(
        (("subject_uscc", dirt.full_width), ("listed_on", dirt_dates.spelled), ("subject_uscc", dirt.padded), ("expires_on", dirt_dates.open_end),
         ("legal_representative", dirt.rare), ("case_no", dirt.padded), ("listed_on", dirt_dates.chinese_date), ("subject_name", dirt.plain_brackets),
         ("updated_at", dirt_dates.instant_spelled), ("conduct", dirt.lines_and_tabs)),
        (("subject_uscc", dirt.wrong_check), ("listed_on", dirt_dates.impossible_date), ("list", dirt.no_code), ("case_no", dirt.nothing),
         ("subject_uscc", dirt.letter_o), ("restricts_licensing", dirt.no_code), ("listed_on", dirt_dates.future_date)),
        "updated_at",
    ),
    "hotline_ticket": Plan(
        (("caller_phone", dirt.full_width), ("caller_name", dirt.blank_inside), ("content", dirt.lines_and_tabs), ("caller_phone", dirt.placeholder),
         ("channel", dirt.no_code), ("area_code", dirt.no_district), ("caller_name", dirt.rare)),
        (("content", dirt.read_as_gbk), ("call_time", dirt_dates.zero_date), ("handling_dept", dirt.wrong_check), ("call_time", dirt_dates.serial_date),
         ("area_code", dirt.float_text), ("content", dirt.nothing), ("resolved", dirt.no_code), ("address", dirt.nul)),
        "visit_time",
    ),
}
