"""The interface's description (OpenAPI): bodies come from the contract, so that the page shows every column in words."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from schemas.contract import Contract

TITLE = "govlake 即办核验与信用查询 · instant verdicts and credit look-ups"
ABOUT = """\
提交一件即办件或查询一个信用主体，当场得到答复。接受、拒绝、转人工都是答复，状态码都是 200；4xx 表示请求本身有误且未发送，503 表示暂时没有答复，按 Retry-After 带同一 request_id 重试即可，绝不会重复计算。

Hand in an instant item, or ask about a credit subject, and get the answer while you wait. Accept, reject and manual are all answers and come with status 200; 4xx says what is wrong with the request, nothing was sent;
503 says that there is no answer now: ask again after Retry-After with the same request_id, it is never counted twice.
"""
ID = {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$", "description": "Made when left out. 可不填。"}
TEXT = {"type": "string"}
MAYBE, NUMBER = {"type": ["string", "null"]}, {"type": ["integer", "null"]}
PROBLEM = {
    "type": "object", "required": ["code", "zh", "en"],
    "properties": {"code": TEXT, "zh": TEXT, "en": TEXT, "request_id": {**TEXT, "description": "Ask again with it."}},
}  # fmt: skip
VERDICT = {
    "type": "object",
    "properties": {
        "request_id": TEXT, "verdict": {"type": "string", "enum": ["accept", "reject", "manual"]},
        "violations": {"type": "array", "items": {"type": "object", "properties": dict.fromkeys(("rule", "column", "severity", "zh", "en"), TEXT)}},
        "shadow": {"type": "array", "items": {"type": "object", "properties": dict.fromkeys(("rule", "column"), TEXT)}},
        "reasons": {"type": "array", "items": {"type": "object", "properties": dict.fromkeys(("code", "zh", "en"), TEXT)}},
        "table": TEXT, "contract_version": TEXT, "rule_set": TEXT, "received_at": TEXT,
        "credit": {"type": "object", "properties": {"standing": MAYBE, "version": NUMBER, "change": NUMBER, "as_of": MAYBE}},
        "request": {"type": "object", "properties": {"topic": TEXT, "partition": {"type": "integer"}, "offset": {"type": "integer"}, "sha256": TEXT}},
    },
}  # fmt: skip
CREDIT = {
    "type": "object",
    "properties": {
        "request_id": TEXT, "verdict": {"type": "string", "enum": ["pass", "review", "block", "unknown"]}, "subject_id": TEXT, "subject_name": TEXT,
        "hits": {"type": "array", "items": {"type": "object"}}, "sources_unavailable": {"type": "array", "items": TEXT}, "error": {"type": "object", "nullable": True},
        "version": NUMBER, "change": NUMBER, "data_at": MAYBE, "stale": {"type": "boolean"},
    },
}  # fmt: skip
LOOKUP = {
    "type": "object", "required": ["subject", "purpose"], "additionalProperties": False,
    "properties": {
        "request_id": ID, "subject": {**TEXT, "description": "Unified social credit code, or the exact name. 统一社会信用代码，或完整名称。"},
        "purpose": {**TEXT, "description": "One of the purposes granted to the token. 令牌获准的目的之一。"},
    },
    "example": {"subject": "91330106QQ00000129", "purpose": "licensing"},
}  # fmt: skip


def describe(app: FastAPI, contract: Contract) -> None:
    """Give an app its description."""

    def made() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _schema(app, contract)
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]  # FastAPI's documented way


def _schema(app: FastAPI, contract: Contract) -> dict[str, Any]:
    found = get_openapi(title=TITLE, version=contract.version, description=ABOUT, routes=app.routes)
    found["components"]["schemas"] = {"Request": _request(contract), "LookUp": LOOKUP, "Verdict": VERDICT, "CreditAnswer": CREDIT, "Problem": PROBLEM}
    for path, question, answer in (("/v1/instant", "Request", "Verdict"), ("/v1/credit", "LookUp", "CreditAnswer")):
        ask, again = found["paths"][path]["post"], found["paths"][f"{path}/{{request_id}}"]["get"]
        ask["requestBody"] = {"required": True, "content": _content(question)}
        for operation in (ask, again):
            operation["responses"] = _responses(answer)
        again["responses"]["202"] = {"description": "Taken, not answered yet. 已受理，尚未答复。", "content": _content("Problem")}
    return found


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _responses(answer: str) -> dict[str, Any]:
    told = {
        "400": "The body cannot be read. 正文无法读取。", "401": "No or unknown token. 无令牌或令牌无效。", "403": "Purpose not granted. 目的未获准。",
        "404": "Unknown request_id. 没有此 request_id。", "409": "The request_id was used for other content. request_id 已用于其他内容。",
        "413": "Larger than 256 KiB. 超过 256 KiB。", "422": "A value has the wrong shape. 值的形式有误。",
        "503": "No answer now; see Retry-After. 暂无答复，见 Retry-After。",
    }  # fmt: skip
    said = {status: {"description": text, "content": _content("Problem")} for status, text in told.items()}
    return {"200": {"description": "The answer. 答复。", "content": _content(answer)}, **said}


def _request(contract: Contract) -> dict[str, Any]:
    columns = {
        column.name: {"type": ["string", "null"], "title": column.title, "description": column.description, "examples": list(column.examples[:1])}
        for column in contract.columns
    }
    materials = {"type": "array", "items": TEXT, "description": "Names of the materials received. 已收材料的名称。"}
    return {
        "type": "object", "description": f"{contract.title} {contract.table}: {contract.description}",
        "required": [column.name for column in contract.columns if column.required],
        "properties": {"request_id": ID, **columns, "materials": materials},
        "example": {column.name: column.examples[0] for column in contract.columns if column.examples},
    }  # fmt: skip
