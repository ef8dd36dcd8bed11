"""What the gateway answers instead of a verdict: an HTTP status, a code for programs, one sentence in Chinese and in English."""

from dataclasses import dataclass

from schemas.errors import Refused, Unavailable


@dataclass(frozen=True)
class Problem:
    """One such answer. retry_after: seconds after which asking again makes sense; None when it does not."""

    status: int
    code: str
    zh: str
    en: str
    retry_after: int | None = None


class Declined(Refused):
    """The request is wrong; nothing was sent to the stream."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


class Postponed(Unavailable):
    """No answer now. request_id: with it the same question is asked again, and never counted twice."""

    def __init__(self, problem: Problem, request_id: str | None = None) -> None:
        super().__init__(problem.en)
        self.problem, self.request_id = problem, request_id


NO_TOKEN = Problem(401, "no_token", "请求未带令牌。请在 Authorization 头中写 Bearer 加本单位的令牌。", "The request has no token. Send the header Authorization: Bearer with your office's token.")
WRONG_TOKEN = Problem(401, "wrong_token", "令牌无效或已收回。请向平台运维单位申请新令牌。", "This token is not known, or was withdrawn. Ask the operator for a new one.")
OPEN_TOKENS = Problem(503, "token_file_open", "令牌文件的权限过宽，网关暂不受理。请运维单位将其权限改为 600。", "The token file can be read or changed by others, so no token counts. The operator has to set its mode to 600.", 30)
BROKEN_TOKENS = Problem(503, "token_file_broken", "令牌文件无法读取，网关暂不受理。请运维单位修复该文件。", "The token file cannot be read, so no token counts. The operator has to mend it.", 30)
TOO_LARGE = Problem(413, "too_large", "请求超过 256 KiB，未发送。请去掉附件内容，只传各列的值。", "The body is larger than 256 KiB. Nothing was sent. Leave attachments out and send the columns' values only.")
TOO_SLOW = Problem(408, "too_slow", "请求正文 10 秒内未传完，未发送。请重新提交。", "The body did not arrive within 10 s. Nothing was sent. Send it again.")
ENCODED = Problem(415, "encoded", "请求正文不能压缩。请去掉 Content-Encoding 后重新提交。", "The body is compressed. Nothing was sent. Send it without Content-Encoding.")
NOT_UTF8 = Problem(400, "not_utf8", "请求正文不是 UTF-8，未发送。请用 UTF-8 编码。", "The body is not UTF-8. Nothing was sent. Send JSON in UTF-8.")
NOT_JSON = Problem(400, "not_json", "请求正文不是合法的 JSON，未发送。请检查格式，或看是否被截断。", "The body is not JSON, or was cut off. Nothing was sent. Check it with a JSON parser.")
NOT_UNICODE = Problem(400, "not_unicode", "请求含有不成对的代理字符，未发送。请检查文本的转义。", "A text has half of a surrogate pair. Nothing was sent. Check how the text was escaped.")
TOO_DEEP = Problem(400, "too_deep", "请求嵌套过深，未发送。请求应为一层的 JSON 对象。", "The body is nested too deep. Nothing was sent. Send one flat JSON object.")
TWICE = Problem(400, "duplicate_key", "请求中同一个键出现两次，未发送。请只保留一个。", "A key stands twice in the body. Nothing was sent. Keep one of them.")
NOT_OBJECT = Problem(422, "not_object", "请求应为一个 JSON 对象，未发送。一次请求提交一件。", "The body is not a JSON object. Nothing was sent. Send one object for one request.")
LONG_KEY = Problem(422, "key_too_long", "请求中有超过 200 个字符的键，未发送。键为列名。", "A key has more than 200 characters. Nothing was sent. Keys are names of columns.")
BAD_ID = Problem(422, "bad_request_id", "request_id 应为 1 至 64 个字母、数字或 . _ : - ，未发送。可以不填，由网关生成。", "request_id must be 1 to 64 letters, digits or . _ : - in a text. Nothing was sent. Leave it out to have one made.")
BAD_MATERIALS = Problem(422, "bad_materials", "materials 应为文本的数组，未发送。", "materials must be a list of texts. Nothing was sent. Name each material received.")
HAS_ASKER = Problem(422, "asker_given", "查询单位由令牌确定，请求中不得填写 asker；未发送。", "The asker is the office of the token. Nothing was sent. Leave 'asker' out.")
BAD_DEADLINE = Problem(422, "bad_parameter", "deadline_ms 应为 1 至 10000 的整数，未发送。", "deadline_ms must be a whole number from 1 to 10000. Nothing was sent.")
OTHER_BODY = Problem(409, "request_id_used", "该 request_id 已用于内容不同的请求，未发送。请为新请求换一个 request_id。", "This request_id was used for a request with other content. Nothing was sent. Take another request_id for a new request.")
NOT_FOUND = Problem(404, "not_found", "没有这个地址。接口说明见 /docs。", "There is nothing at this address. The interface is described at /docs.")
UNKNOWN_ID = Problem(404, "unknown_request_id", "近期答复和裁定台账中均无此 request_id。可带同一 request_id 重新提交。", "This request_id is neither among recent answers nor in the ledger. Send the request again with the same request_id.")
NOT_YET = Problem(202, "not_yet", "请求已受理，尚未答复。请稍后再查。", "The request was taken and is not answered yet. Ask again.", 1)
BROKER_AWAY = Problem(503, "broker_away", "消息服务暂时不可用，请求未答复。请稍后带同一 request_id 重试。", "The message broker is away and the request is not answered. Ask again with the same request_id; it is never counted twice.", 2)
NOT_READY = Problem(503, "not_ready", "流处理程序尚未启动，请求未发送。请稍后带同一 request_id 重试。", "The stream job has not made its topics yet. Nothing was sent. Ask again with the same request_id.", 5)
NOT_TAKEN = Problem(503, "not_taken", "消息服务未确认收到请求。请带同一 request_id 重试。", "The message broker did not confirm the request. Ask again with the same request_id; it is never counted twice.", 2)
NO_ANSWER = Problem(503, "no_answer", "请求已受理，但未在时限内答复。请稍后带同一 request_id 查询或重试。", "The request was taken, but no answer came within the deadline. Ask again with the same request_id; it is never counted twice.", 1)
TOO_MANY = Problem(503, "too_many", "等待答复的请求过多，本请求未发送。请稍后带同一 request_id 重试。", "Too many requests wait for an answer. Nothing was sent. Ask again with the same request_id.", 1)
NO_SWAGGER = Problem(404, "no_swagger", "本机未安装接口说明页面所需的文件。机器可读的说明见 /openapi.json。", "The files of the interface page are not installed here. The same as JSON is at /openapi.json.")


def not_text(column: str) -> Problem:
    """Return the problem of a value that is not a text. Its name is the sender's own and goes back to the sender only."""
    name = column[:64]
    return Problem(422, "not_text", f"{name} 的值应为文本（或 null），未发送。数字和日期也写成文本。", f"The value of {name} must be a text (or null). Nothing was sent. Write numbers and dates as texts too.")


def unknown_key(name: str) -> Problem:
    """Return the problem of a key that a look-up does not have."""
    return Problem(422, "unknown_key", f"信用查询没有 {name[:64]} 这一项，未发送。可用：request_id、subject、purpose。", f"A look-up has no '{name[:64]}'. Nothing was sent. It has request_id, subject and purpose.")


def missing(name: str) -> Problem:
    """Return the problem of a look-up without its subject or purpose."""
    return Problem(422, "missing", f"请求缺少 {name}（1 至 200 个字符的文本），未发送。", f"'{name}' is missing; it must be a text of 1 to 200 characters. Nothing was sent.")


def purpose_not_granted(granted: tuple[str, ...]) -> Problem:
    """Return the problem of a purpose that the token was not granted."""
    known = ", ".join(granted) or "-"
    return Problem(403, "purpose_not_granted", f"本单位的令牌未获准用于此目的，未发送。已获准：{known}。", f"Your office's token was not granted this purpose. Nothing was sent. Granted purposes: {known}.")


def unknown_purpose(granted: tuple[str, ...], known: tuple[str, ...]) -> Problem:
    """Return the problem of a purpose that there is not. granted: to the token.  known: all there are."""
    yours, every = ", ".join(granted) or "-", ", ".join(known)
    zh = f"没有这一查询目的，未发送。本单位令牌已获准：{yours}；全部目的：{every}。说明见 /docs 和 docs/guide/instant.zh.md。"
    en = f"There is no such purpose. Nothing was sent. Granted to your token: {yours}; all there are: {every}. See /docs and docs/guide/instant.md."
    return Problem(422, "unknown_purpose", zh, en)


def not_allowed(method: str, allowed: str) -> Problem:
    """Return the problem of an HTTP method that an address does not take."""
    zh = f"此地址不接受 {method}，未发送。请用 {allowed}。接口说明见 /docs 和 docs/guide/instant.zh.md。"
    en = f"This address does not take {method}. Nothing was sent. Use {allowed}. The interface is described at /docs and in docs/guide/instant.md."
    return Problem(405, "method_not_allowed", zh, en)


def dead_letter(reason: str) -> Problem:
    """Return the problem of a request that the stream could not read. reason: its own sentence, without values."""
    return Problem(422, "dead_letter", f"流处理程序无法读取该请求，已转入死信主题：{reason}", f"The stream could not read the request; it went to the dead letters: {reason}")
