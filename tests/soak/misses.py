"""Near misses: what becomes of a right value on its way through keyboards, forms, spreadsheets and wrong encodings."""

from random import Random

from jobs.conform.plain.tables import ALNUM, DIGITS

STRANGE = "０１Ｘ×ХxiIOSVZ.-—_ \u3000\u200b\ufeff\n\x00一９%?#@:/"
BLANKS = " \t\n\r\x0b\x0c\x1c\x1f\0\x85\xa0\u1680\u2003\u200b\u200d\u200e\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
# Letters and digits of other alphabets that look like ours or count as digits elsewhere, forms that fold to ours, and marks.
ALIKE = "АВЕКМНОРСТУХавеорсух ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ ٠١٢٣٩ ۰۱ ०१ ０１９ＡＸｘ ₀⁹ ①⑩ ㈠ Ⅹⅹ ｘ 𝟎𝟗𝐗 𝟶 ﹣－‐–—−﹘ K Å ſ ß İ ı ǅ ﬀ ½ ª º ｡ ．。﹒ ／ ： ＠ ％ \u0301 \u0308 \u20e3"
RARE = "䶮㛃𠮷𡈼𪚥𬀀𰀀喆镕\ue000\ue5e5\uf8ff\U000f0000\U0010fffd\ufdd0\ufdd1\ufdd2\ufdd3\ufffd\ufffe\uffff\U0001f600\U0001f1e8\ufe0f\U000e0020锟斤拷浣犲ソ€ä"
LONG = 5_000  # characters of a value that is far too long; one in LONG_SHARE is
LONG_SHARE = 500


def missed(rng: Random, value: str) -> str:
    """Return the value with one to three things gone wrong; sometimes none of it is left, or far too much."""
    pick = rng.randrange(LONG_SHARE)
    if pick == 0:
        return (value or "1") * (LONG // max(1, len(value)))
    if pick == 1:
        return rng.choice(("", " ", "\u3000", "\n", "无", "/", "-", "0", "null", "NULL"))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        value = rng.choice(WAYS)(rng, value)
    return value


def _sign(rng: Random) -> str:
    pick = rng.randrange(10)
    if pick < 6:
        return rng.choice(ALNUM)
    return rng.choice((STRANGE, BLANKS, ALIKE, RARE)[pick - 6])


def _changed(rng: Random, value: str) -> str:
    at = rng.randrange(len(value)) if value else 0
    return value[:at] + _sign(rng) + value[at + 1 :]


def _near(rng: Random, value: str) -> str:
    """Another digit or letter where one stands: what a check character is there to find."""
    at = rng.randrange(len(value)) if value else 0
    return value[:at] + rng.choice(DIGITS if value[at : at + 1].isdigit() else ALNUM) + value[at + 1 :]


def _last(rng: Random, value: str) -> str:
    return value[:-1] + rng.choice(ALNUM)


def _added(rng: Random, value: str) -> str:
    at = rng.randrange(len(value) + 1)
    return value[:at] + _sign(rng) + value[at:]


def _dropped(rng: Random, value: str) -> str:
    at = rng.randrange(len(value)) if value else 0
    return value[:at] + value[at + 1 :]


def _swapped(rng: Random, value: str) -> str:
    at = rng.randrange(len(value) - 1) if len(value) > 1 else 0
    return value[:at] + value[at : at + 2][::-1] + value[at + 2 :]


def _wide(rng: Random, value: str) -> str:
    share = rng.choice((0.1, 1.0))
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" and rng.random() < share else sign for sign in value)


def _lower(rng: Random, value: str) -> str:
    return value.lower()


def _blank(rng: Random, value: str) -> str:
    at = rng.choice((0, len(value), rng.randrange(len(value) + 1)))
    return value[:at] + rng.choice(BLANKS) * rng.randint(1, 2) + value[at:]


def _apart(rng: Random, value: str) -> str:
    return rng.choice((" ", "-", "\u3000", ".")).join(value[at : at + 4] for at in range(0, len(value), 4))


def _cut(rng: Random, value: str) -> str:
    return value[: rng.randrange(len(value) + 1)]


def _twice(rng: Random, value: str) -> str:
    at = rng.randrange(len(value) + 1)
    return value[:at] + value[at // 2 :]


def _any(rng: Random, value: str) -> str:
    at = rng.randrange(len(value) + 1)
    code = rng.randrange(0x110000 - 0x800)  # any character but the surrogates
    return value[:at] + chr(code if code < 0xD800 else code + 0x800) + value[at:]


WAYS = (_changed, _near, _near, _last, _added, _dropped, _swapped, _wide, _lower, _blank, _apart, _cut, _twice, _any)
