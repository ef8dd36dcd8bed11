"""How people and pages are reached: mobile and telephone numbers, web addresses. Form only, no look-up."""

import re

from jobs.conform.plain.reading import Reading, faulty

# One pattern text for Java and Python: ASCII classes only, anchored by the caller.
MOBILE = "1[3-9][0-9]{9}"  # numbering plan; operator segments keep growing and are not held
LANDLINE = "(?:0(?:10|2[0-9]|[3-9][0-9]{2})-?)?[2-8][0-9]{6,7}(?:-[0-9]{1,6})?"  # area code, number, extension
SERVICE_LINE = "[48]00-?[0-9]{3}-?[0-9]{4}|1[0-2][0-9](?:[0-9]{2})?|9[56][0-9]{3,4}"  # 400, 12345, 95588
PHONE = f"{MOBILE}|{LANDLINE}|{SERVICE_LINE}"

# RFC 3986 section 2 characters; no user part (RFC 9110 section 4.2.4); host a name, an IPv4 or a bracketed IPv6.
HOST = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]"
URL = rf"[Hh][Tt][Tt][Pp][Ss]?://(?:{HOST})(?::[0-9]{{1,5}})?(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
# No empty label in the host, no percent sign without its two hexadecimal digits.
URL_FAULT = r"\A[A-Za-z]+://[^/?#]*\.\.|%(?![0-9A-Fa-f]{2})"


def read_mobile(text: str) -> Reading:
    """Read a mobile number of 11 digits. A country code is not part of it."""
    if re.fullmatch(MOBILE, text):
        return Reading(None, (("类别 kind", "手机 mobile"),))
    return faulty("应为以13至19开头的11位数字", "must be 11 digits starting with 13 to 19")


def read_phone(text: str) -> Reading:
    """Read a telephone number: mobile, landline with or without area code and extension, 400 number, hotline."""
    kinds = ((MOBILE, "手机 mobile"), (LANDLINE, "固定电话 landline"), (SERVICE_LINE, "服务热线 service line"))
    for form, kind in kinds:
        if re.fullmatch(form, text):
            return Reading(None, (("类别 kind", kind),))
    return faulty("不是手机、固定电话或服务热线的形式", "has the form of no mobile, landline or service number")


def read_url(text: str) -> Reading:
    """Read a web address. Source: RFC 3986, schemes http and https only."""
    if not re.fullmatch(URL, text):
        zh, en = "应为http或https地址，且只含RFC 3986字符", "must be an http or https address in RFC 3986 characters"
        return faulty(zh, en)
    if re.search(URL_FAULT, text):
        return faulty("主机名有空段或百分号编码不完整", "has an empty host label or an incomplete percent code")
    scheme, rest = text.split("://", 1)
    return Reading(None, (("协议 scheme", scheme.lower()), ("主机 host", re.split("[/?#]", rest)[0])))
