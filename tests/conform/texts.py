"""Texts of numbers, near numbers, widths, blanks and words, put together by a seeded die: what masks are tried with."""

from random import Random

WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789"}
PIECES = (
    lambda die: "".join(die.choice("0123456789") for _ in range(die.randint(1, 22))),
    lambda die: f"1{die.randint(2, 9)}{die.randint(0, 10**9 - 1):09d}",
    lambda die: f"{die.choice(('11', '33', '62', '83', '99'))}{die.randint(0, 9999):04d}{die.randint(1700, 2100)}{die.randint(0, 13):02d}{die.randint(0, 32):02d}{die.randint(0, 999):03d}{die.choice('0123456789Xx')}",
    lambda die: f"0{die.randint(10, 999)}-{die.randint(10**6, 10**8)}",
    lambda die: f"62{die.randint(10**13, 10**16)}",
    lambda die: f"{die.choice('浙京沪港')}{die.choice('ABIOz')}{die.choice(('', '·'))}{die.randint(1000, 999999)}{die.choice(('', '挂', 'D'))}",
    lambda die: f"{die.choice(('a', 'a.b', 'ａ'))}{die.choice('@＠#')}{die.choice(('b.cn', 'b', 'b．cn'))}",
    lambda die: die.choice(" -－ \u3000\u200b()（）+＋，。\n"),
    lambda die: die.choice(("请联系", "号", "86", "00", "[手机号]", "𠮷", "X")),
)


def generated_text(die: Random) -> str:
    """One text of one to eight pieces; of every fifth the digits are full width."""
    text = "".join(die.choice(PIECES)(die) for _ in range(die.randint(1, 8)))
    return text.translate(WIDE) if die.random() < 0.2 else text


def generated(count: int) -> list[str]:
    """So many texts, the same ones each time."""
    die = Random(20260302)
    return [generated_text(die) for _ in range(count)]
