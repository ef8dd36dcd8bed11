"""Made rows for the benchmarks: one CSV file of twenty columns, one row in fifty with something wrong."""

import csv
import random
from pathlib import Path

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015
USCC_WEIGHTS = [pow(3, i, 31) for i in range(17)]
ID_WEIGHTS = [pow(2, 17 - i, 11) for i in range(17)]
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
HEADER = (
    "uscc", "name", "org_code", "legal_person_id", "phone", "division_code", "registered_on", "term_to", "capital_cny",
    "employee_count", "status", "org_type", "currency", "website", "zip_code", "address", "scope", "changed_at", "score",
    "is_listed",
)  # fmt: skip
DIVISIONS = ("110101", "330106", "440305", "510107", "310115", "420106", "610113", "150102")


def write(path: Path, rows: int, seed: int = 1) -> Path:
    """Write the file: the same for the same arguments. Names and numbers are made; citizen numbers use the unissued sequence 999."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(_row(number, chance) for number in range(rows))
    return path


def _row(number: int, chance: random.Random) -> list[str]:
    division = DIVISIONS[number % len(DIVISIONS)]
    org = _org(number)
    row = [
        _uscc(f"91{division}{org}"), f"示例第{number}号技术有限公司", f"{org[:8]}-{org[8]}", _citizen(division, number),
        f"139{number % 100_000_000:08d}", division, f"20{10 + number % 15}-0{1 + number % 9}-1{number % 10}",
        f"20{40 + number % 15}-0{1 + number % 9}-1{number % 10}", f"{chance.randrange(1, 10**8)}.{number % 100:02d}",
        str(number % 5000), str(1 + number % 3), str(1 + number % 4), ("CNY", "USD", "HKD")[number % 3],
        f"https://www.example{number % 977}.gov.cn/p/{number}", f"{310000 + number % 999}", f"示例市示例区示例路{number % 9999}号",
        "软件开发；技术服务；货物进出口", f"2026-01-0{1 + number % 9} 08:{number % 60:02d}:00", f"{number % 100}.{number % 100:02d}",
        str(number % 2),
    ]  # fmt: skip
    if number % 50 == 7:
        column = chance.randrange(len(row))
        row[column] = ("", "x", "1.2.3", "锟斤拷")[chance.randrange(4)]
    return row


def _org(number: int) -> str:
    body = f"{number:08d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(body, ORG_WEIGHTS, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def _uscc(body: str) -> str:
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(body, USCC_WEIGHTS, strict=True))
    return body + ALPHABET[(31 - total % 31) % 31]


def _citizen(division: str, number: int) -> str:
    body = f"{division}{1950 + number % 50}{1 + number % 12:02d}{1 + number % 28:02d}999"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, ID_WEIGHTS, strict=True)) % 11]
