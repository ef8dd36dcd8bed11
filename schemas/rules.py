"""The names of the row rules a contract may use, with their standard and their sentence in Chinese and English.

What each rule computes lives in jobs/conform/rules (Spark) and jobs/conform/plain (Python); a test pairs the three.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class RuleSpec:
    """One rule: its arguments (a trailing ? marks an optional one), its source, its sentences for people."""

    name: str
    standard: str
    zh: str
    en: str
    arguments: tuple[str, ...] = ()
    scope: str = "column"  # column | row | reader


def _specs(*specs: RuleSpec) -> dict[str, RuleSpec]:
    return {spec.name: spec for spec in specs}


IDENTIFIERS = _specs(
    RuleSpec("uscc", "GB 32100-2015", "不是有效的统一社会信用代码", "is not a valid unified social credit code"),
    RuleSpec("org_code", "GB 11714-1997", "不是有效的组织机构代码", "is not a valid organisation code"),
    RuleSpec("business_reg_no", "GS 15-2006", "不是有效的工商注册号", "is not a valid business registration number"),
    RuleSpec("citizen_id", "GB 11643-1999", "不是有效的18位公民身份号码", "is not a valid 18-digit citizen number"),
    RuleSpec("citizen_id_15", "GB 11643-1999, legacy form", "不是有效的15位居民身份证号", "is not a valid 15-digit citizen number"),
    RuleSpec("citizen_id_any", "GB 11643-1999", "不是有效的公民身份号码", "is not a valid citizen number, 18 or 15 digits"),
    RuleSpec("admin_division", "GB/T 2260, GB/T 10114", "不是有效形式的行政区划代码", "is not a well-formed division code"),
    RuleSpec("mobile", "YD/T numbering plan, form only", "不是有效的手机号码", "is not a valid mobile number"),
    RuleSpec("phone", "YD/T numbering plan, form only", "不是有效的电话号码", "is not a valid telephone number"),
    RuleSpec("licence_id", "GB/T 36904-2018", "不是有效的电子证照标识", "is not a valid electronic licence identifier"),
    RuleSpec("service_base_code", "GB/T 39554.1-2020", "不是有效的事项基本编码", "is not a valid service base code"),
    RuleSpec("service_impl_code", "GB/T 39554.1-2020", "不是有效的事项实施编码", "is not a valid service implementation code"),
    RuleSpec("service_handle_item", "GB/T 39554.1-2020", "不是有效的业务办理项编码", "is not a valid service handling code"),
    RuleSpec("website_id", "State Council web site census", "不是有效的政府网站标识码", "is not a valid government web site code"),
)

VALUES = _specs(
    RuleSpec("url", "RFC 3986, http and https", "不是有效的网址", "is not a valid http or https address"),
    RuleSpec("enum", "the code list named", "不在代码表中", "is not in the code list", ("list?", "values?")),
    RuleSpec("range", "the contract", "超出允许范围", "is out of range", ("min?", "max?")),
    RuleSpec("length", "the contract, in code points", "长度不符", "has the wrong length", ("min?", "max?")),
    RuleSpec("pattern", "the contract", "格式不符", "does not match the declared pattern", ("regex",)),
    RuleSpec("clean_text", "footprints of wrong decoding", "含有乱码", "holds the footprints of a wrong decoding"),
    RuleSpec("not_after_batch", "the business date of the batch", "日期晚于业务日期", "is later than the business date"),
    RuleSpec(
        "in_table",
        "the reference table named",
        "在参照表中不存在或当日无效",
        "is not in the reference table, or not on that day",
        ("table", "column", "valid_from?", "valid_to?", "on?"),
    ),
)

ROWS = _specs(
    RuleSpec("order", "the contract", "日期先后次序不符", "dates stand in the wrong order", ("columns",), "row"),
    RuleSpec("required_if", "the contract", "此情形下必填", "must be given in this case", ("column", "when"), "row"),
    RuleSpec("any_of", "the contract", "至少填写一项", "at least one must be given", ("columns",), "row"),
    RuleSpec("part_of", "the contract", "与另一代码的对应部分不一致", "differs from its part of the other code",
             ("column", "of", "start", "length"), "row"),
    RuleSpec("implies", "the contract", "与另一字段的取值矛盾", "contradicts another column",
             ("when", "column", "values"), "row"),
    RuleSpec("same_day", "the contract", "应为同一天", "must be on the same Beijing day", ("columns",), "row"),
    RuleSpec("unit", "the contract; HJ 212-2017 sends no unit", "数值与声明单位相差约1000倍，疑把 µg/m³ 当作 mg/m³ 上报，或相反",
             "is off the range of its factor by a thousand: µg/m³ sent where mg/m³ is declared, or the other way about", ("column", "unit", "by", "ranges", "when?"), "row"),
    RuleSpec("workday_limit", "Administrative Licensing Law arts. 42, 82", "超过工作日期限",
             "is later than the limit in working days", ("column", "since", "days", "table"), "row"),
)

READER = _specs(
    RuleSpec("personal_number", "GB/T 35273-2020, form only", "文本中的个人号码已遮盖", "held numbers that lead to a person; they are masked", (), "reader"),
    RuleSpec("required", "the contract", "必填项为空", "is required and empty", (), "reader"),
    RuleSpec("form", "the contract", "文本形式不符合类型", "does not have the text form of its type", (), "reader"),
    RuleSpec("shape", "RFC 4180 / RFC 8259", "行的列数或结构不符", "row has a wrong number of fields", (), "reader"),
    RuleSpec("encoding", "GB 18030, UTF-8", "行的编码与文件不一致", "row is not in the file's encoding", (), "reader"),
    RuleSpec("too_long", "the reader's line limit", "行过长", "row is longer than the reader's limit", (), "reader"),
    RuleSpec("cell_error", "error values of spreadsheets", "行中有公式错误（如 #REF!、#N/A）", "row shows a formula error such as #REF! or #N/A", (), "reader"),
    RuleSpec("packet_noise", "HJ 212-2017", "报文之间的杂散字节", "is bytes between two packets", (), "reader"),
    RuleSpec("packet_cut", "HJ 212-2017", "报文被截断或未以回车换行结束", "is a packet cut off, or without CR LF at its end", (), "reader"),
    RuleSpec("packet_length", "HJ 212-2017", "报文长度与所声明的不符", "is a packet of another length than it says", (), "reader"),
    RuleSpec("packet_crc", "HJ 212-2017, annex A", "报文校验码不符", "is a packet whose check sum does not agree", (), "reader"),
    RuleSpec("packet_field", "HJ 212-2017", "报文缺少必需字段或字段形式不符", "is a packet without a field it needs, or with one of another form", (), "reader"),
    RuleSpec("packet_clock", "the contract", "报文时钟有误：发送时间与到达时间相差超出契约容许，或数据时间晚于发送时间",
             "is a packet of a clock that is off: its QN is further from the time it came than the contract allows, or it speaks of a time after its QN", (), "reader"),
    RuleSpec("page_cut", "ISO 28500", "归档记录不完整或无法读取", "is an archived record that is cut off, or cannot be read as one", (), "reader"),
    RuleSpec("page_tangled", "the reader's limits", "网页结构过于复杂，解析超出单页的时间或内存上限", "is a page that takes more time or memory to read than a page may", (), "reader"),
    RuleSpec("page_digest", "ISO 28500", "归档记录摘要不符", "is an archived record whose digest does not agree", (), "reader"),
    RuleSpec("media_empty", "the file's own format", "媒体文件为空，或只有文件头而无内容", "is a media file with nothing in it, or with a head alone", (), "reader"),
    RuleSpec("media_unreadable", "the file's own format", "文件无法按音频、视频、图片或文档读取", "is a file that cannot be read as audio, video, a picture or a document", (), "reader"),
    RuleSpec("media_cut", "the file's own format", "媒体文件损坏或不完整", "is a media file that is damaged, or cut off before its end", (), "reader"),
    RuleSpec("media_name", "the file's own format", "文件扩展名与内容不符", "is a media file whose name ends as that of another kind", (), "reader"),
    RuleSpec("media_locked", "the file's own format", "文件有密码保护", "is a document that a password protects", (), "reader"),
    RuleSpec("media_bomb", "the reader's limits", "文件解压后过大，或含不安全的内容（如 DTD）", "is a media file that unpacks to too much, or holds what is not safe to read", (), "reader"),
    RuleSpec("unknown_column", "the contract", "行中有契约没有的列", "row has a value in a column that the contract does not know", (), "reader"),
    RuleSpec("placeholder", "the contract", "占位值，已置空", "is a placeholder; taken as empty", (), "reader"),
    RuleSpec("zero_date", "dates databases write for 'none'", "零日期或默认日期，已置空", "is a default date; taken as empty", (), "reader"),
    RuleSpec("open_end", "the contract", "表示长期有效", "stands for an open end; taken as 9999-12-31", (), "reader"),
    RuleSpec("calendar_missing", "State Council holiday notices", "该年度节假日安排未公布，期限为暂定",
             "falls in a year whose holidays are not published; provisional", (), "reader"),
    RuleSpec("key_conflict", "the contract's order", "同一主键的多行无法分出先后", "ties with another row of the same key", (), "reader"),
)

RULES: dict[str, RuleSpec] = {**IDENTIFIERS, **VALUES, **ROWS, **READER}
