"""A contract as a page for people, in Markdown: a DAG's documentation and the table's page in the catalogue."""

from typing import Any

from schemas.contract import Column, Contract, RuleUse, SetRule
from schemas.database import Database
from schemas.rules import RULES
from schemas.template import ExcelTemplate, FixedTemplate, Hj212Template, SqlTemplate, XmlTemplate

SHARING = {
    "unconditional": "无条件共享 shared unconditionally",
    "conditional": "有条件共享 shared on conditions",
    "not_shared": "不予共享 not shared",
}
MERGE = {
    "upsert": "按主键更新：同一主键以最新一行为准。Upsert: the newest row of a key wins.",
    "append": "追加。Append: rows are added.",
    "replace": "整表替换。Replace: a delivery is the whole table.",
    "history": "保留历史：每条记录的各个版本及其有效期均保留。History: every version of a record is kept, with the time it counts.",
    "snapshot": "全量比对：每次交付为整表，与前一次的差异作为版本保留。Snapshot: a delivery is the whole table, its differences are kept as versions.",
}
EXPECTED = {
    None: "随到随收 files come as they come",
    "every_day": "每个业务日期 a file for each business date",
    "working_days": "每个工作日，含调休 a file for each working day",
}
TAKEN = {
    "watermark": "按水位增量 what has changed by its watermark",
    "full": "全量 the whole table",
    "changes": "变更日志 changes from its log",
}
LEVELS = {
    "public": "公开 public",
    "internal": "内部 internal",
    "personal": "个人信息 personal",
    "sensitive": "敏感 sensitive",
}
SHOWN = 60  # characters of a pattern on the page; the contract has the whole of it
MARKS = {"warn": "（仅提示 warn）", "shadow": "（试行 shadow）"}
METRICS = {
    "rowCount": "行数 rows of the batch",
    "nullValues": "空值 empty values",
    "missingValues": "缺失值 missing values",
    "invalidValues": "违规值 values that broke a rule",
    "duplicateValues": "重复值 repeated values",
    "quarantineRate": "隔离率 share in quarantine",
    "distinctValues": "不同值个数 different values",
    "minimum": "最小值 minimum",
    "maximum": "最大值 maximum",
    "mean": "平均值 mean",
    "misfitValues": "放不下或类型不符的值 values of another type or width",
    "unreferenced": "参照缺失 values not found in the reference table",
    "rowCountChange": "行数变化 change of rows against earlier batches",
    "missingRecords": "全量中缺失的记录 records that the dump lacks",
}


def page(contract: Contract) -> str:
    """Return the page of one table: what it is, its columns and rules, and how a file of it is landed.

    Only what the contract says, examples of public columns included; no figure of the data.
    """
    parts = [_head(contract), _table(contract), _row_rules(contract), _set_rules(contract)]
    parts += [_reads(contract)] if contract.reads else [_landing(contract)]
    return "\n\n".join(part for part in [*parts, _runbooks(contract)] if part) + "\n"


def _head(contract: Contract) -> str:
    when = f"`{contract.schedule}`，北京时间 Beijing time" if contract.schedule else "随上游 with what it reads"
    facts = [
        ("数据表 Table", f"`{contract.dag_id}`，版本 version {contract.version}"),
        ("用途 Purpose", contract.purpose),
        ("数源部门 Owner", f"{contract.owner}（`{contract.owner_code}`）"),
        ("共享 Sharing", SHARING[contract.sharing]),
        ("分级 Classification", LEVELS[contract.classification]),
        ("计划 Schedule", when),
        ("时效 Freshness", f"{contract.freshness_hours} 小时内放行 released within {contract.freshness_hours} h"),
        ("保存 Retention", f"{contract.retention_years} 年 years"),
        *([("数据库 Database", _database(contract.database))] if contract.database else []),
        *([] if contract.reads else [("报送 Delivery", EXPECTED[contract.delivery]), ("不符 Drift", f"columns `{contract.drift.columns}`, values `{contract.drift.values}`")]),
        *([("接入主题 Feed", f"`{contract.feed}`，运行前写成落地文件 landed as files before each run")] if contract.feed else []),
        ("合并 Merge", MERGE[contract.merge]),
        ("主键 Key", "、".join(f"`{name}`" for name in contract.key) or "无 none"),
    ]
    rows = [f"| {name} | {_cell(value)} |" for name, value in facts]
    title = [f"# {contract.title} `{contract.table}`", "", contract.description]
    return "\n".join([*title, "", "| | |", "|---|---|", *rows])


def _database(database: Database) -> str:
    return f"`{database.table}`，连接 connection `{database.connection}`；{TAKEN[database.mode]}"


def _table(contract: Contract) -> str:
    head = "| 字段 column | 名称 title | 类型 type | 必填 required | 分级 class | 规则 rules | 示例 example | 说明 |"
    return "\n".join(["## 字段 Columns", "", head, "|---" * 8 + "|", *(_row(column) for column in contract.columns)])


def _row(column: Column) -> str:
    kind = f"{column.logical_type}（{column.physical_type}）" if column.physical_type else column.logical_type
    rules = "<br>".join([_use(use) for use in column.rules] + [f"`{form}`" for form in column.formats])
    example = f"`{column.examples[0]}`" if column.classification == "public" else "—"
    key = f"主键 key {column.key_position}" if column.key_position else "是 yes" if column.required else ""
    level = LEVELS[column.classification] + ("；个人号码已遮盖 personal numbers masked" if column.free_text else "")
    cells = (f"`{column.name}`", column.title, kind, key, level, rules, example, column.description)
    return f"| {' | '.join(map(_cell, cells))} |"


def _row_rules(contract: Contract) -> str:
    used = {use.rule for column in contract.columns for use in column.rules} | {use.rule for use in contract.row_rules}
    if not used:
        return ""
    whole = [f"- {_use(use)}" for use in contract.row_rules]
    specs = [spec for name, spec in RULES.items() if name in used]
    words = [f"| `{spec.name}` | {spec.zh} | {spec.en} | {_cell(spec.standard)} |" for spec in specs]
    head = ["| 规则 rule | 违反即 | a value that breaks it … | 依据 source |", "|---|---|---|---|"]
    between = ["多字段规则 Rules about several columns:", "", *whole, ""] if whole else []
    return "\n".join(["## 行规则 Row rules", "", *between, *head, *words])


def _use(use: RuleUse) -> str:
    arguments = ", ".join(f"{key} {_argument(value)}" for key, value in use.arguments.items())
    mark = MARKS.get(use.severity, "")
    return f"`{use.rule}`" + (f" {arguments}" if arguments else "") + mark


def _argument(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} = {_argument(wanted)}" for key, wanted in value.items())
    text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _set_rules(contract: Contract) -> str:
    rate = f"- 隔离率 share in quarantine ≤ {contract.quarantine_rate * 100:g} %"
    stated = [f"- {_set_rule(contract, rule)}" for rule in contract.set_rules]
    about = "整批审核，任一不满足即扣留，对外仍为旧版本。Judged over the batch; one that fails holds the release."
    return "\n".join(["## 集合规则 Set rules", "", about, "", rate, *stated])


def _set_rule(contract: Contract, rule: SetRule) -> str:
    of_key = rule.metric == "duplicateValues" and rule.column in contract.key
    columns = contract.key if of_key else (rule.column,) if rule.column else ()
    about = " " + "、".join(f"`{name}`" for name in columns) if columns else ""
    sign = " %" if rule.unit == "percent" else ""
    if rule.low == rule.high:
        return f"{METRICS[rule.metric]}{about} = {rule.low:g}{sign}"
    low = f" ≥ {rule.low:g}{sign}" if rule.low is not None else ""
    high = f" ≤ {rule.high:g}{sign}" if rule.high is not None else ""
    return f"{METRICS[rule.metric]}{about}{low}{high}"


def _landing(contract: Contract) -> str:
    needed = "、".join(f"`{column.name}` {column.title}" for column in contract.columns if column.required)
    folder = f"`<landing>/{contract.source_class}/{contract.table}/<YYYY-MM-DD>/`"
    lines = [
        f"1. 文件放入 Put the file ({_format(contract)}; plain, gzip, zstd, or zip with a manifest) into {folder}",
        "2. 表头用字段名、名称或别名均可，次序不限 Headers by name, title or alias, in any order",
        f"3. 必填 Needed: {needed or '无 none'}",
        f"4. 试读不写入 Try it first, nothing is written: `govlake check {contract.table} FILE`",
    ]
    return "\n".join(["## 投放文件 How to land a file", "", *lines])


def _format(contract: Contract) -> str:
    template = contract.template
    if isinstance(template, ExcelTemplate):
        sheets = "、".join(map(str, template.sheets)) or "全部可见 all visible"
        rows = "、".join(str(template.header_row + place) for place in range(template.header_rows))
        return f"excel，工作表 sheets {sheets}；表头 header 第 {rows} 行 row {rows}"
    if isinstance(template, XmlTemplate):
        return f"xml，记录元素 record element `{template.record}`"
    if isinstance(template, SqlTemplate):
        return f"SQL 导出 dump of {template.dialect}，表 table `{template.table}`"
    if isinstance(template, FixedTemplate):
        width = max((column.span.end for column in contract.columns if column.span), default=0)
        return f"定宽 fixed width, {width} {template.unit}"
    if isinstance(template, Hj212Template):
        known = (("早于到达 before it came", template.clock_behind), ("晚于到达 after it came", template.clock_ahead))
        allowed = "、".join(f"{words} {minutes} min" for words, minutes in known if minutes is not None)
        return f"hj212{'，发送时间 sent at most ' if allowed else ''}{allowed}"
    return contract.source_format


def _reads(contract: Contract) -> str:
    names = "、".join(f"`{name}`" for name in contract.reads)
    return f"## 来源 Sources\n\n由下列表加工而成 Computed from the released versions of: {names}"


def _runbooks(contract: Contract) -> str:
    lines = ["## 处置 When a run is red", "", "- 审核扣留 The audit held it: `docs/runbooks/audit-held.md`"]
    lines.append(f"- 隔离原因 Why rows are in quarantine: `govlake quarantine {contract.table}`")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
