"""Make HJ 212 packets of stations that are not there, with the dirt of a capture: python tests/data/made/stations.py OUT_DIR [--seed N]."""

import argparse
import re
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from jobs.ingest.packets import check_sum

DAY = date(2026, 3, 1)
BUSINESS_DATE = date(2026, 3, 2)
STATIONS = (("22", "330106MADE0000000000AIR1"), ("22", "330106MADE0000000000AIR2"), ("31", "330106MADE00000000FLUE01"), ("32", "330106MADE0000000WATER01"))
FACTORS = {
    "22": (("a34004", 35, 1), ("a34002", 60, 1), ("a21026", 0.009, 4), ("a21004", 0.03, 4), ("a21005", 0.6, 3), ("a05024", 0.09, 4)),
    "31": (("a21026", 20, 2), ("a21002", 35, 2), ("a34013", 5, 2)),
    "32": (("w01018", 30, 1), ("w21003", 2, 2), ("w01001", 7.2, 2)),
}
NAME = "made-packets.hj212"


def main(arguments: list[str] | None = None) -> None:
    """Write one file of packets below OUT_DIR; equal seeds give equal bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=20260302)
    given = parser.parse_args(arguments)
    path = given.out / "iot" / "station_value" / BUSINESS_DATE.isoformat() / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(soiled(Random(given.seed))))


def packet(data: str) -> bytes:
    """Pack a data segment."""
    return f"##{len(data):04d}{data}{check_sum(data.encode())}\r\n".encode()


def hours(rng: Random) -> list[bytes]:
    """Return one packet of hourly means a station and hour of the day."""
    day = datetime(DAY.year, DAY.month, DAY.day)
    return [packet(segment(rng, st, mn, day + timedelta(hours=hour))) for hour in range(24) for st, mn in STATIONS]


def segment(rng: Random, st: str, mn: str, at: datetime) -> str:
    """Return the data segment of one hour."""
    sent = f"{at + timedelta(minutes=2, seconds=rng.randrange(50)):%Y%m%d%H%M%S}{rng.randrange(1000):03d}"
    values = ";".join(_factor(rng, code, usual, digits) for code, usual, digits in FACTORS[st])
    return f"QN={sent};ST={st};CN=2061;PW={rng.randrange(10**6):06d};MN={mn};Flag=4;CP=&&DataTime={at:%Y%m%d%H%M%S};{values}&&"


def _factor(rng: Random, code: str, usual: float, digits: int) -> str:
    low, mean, high = (round(usual * rng.uniform(*ends), digits) for ends in ((0.5, 0.9), (0.9, 1.1), (1.1, 2.0)))
    if rng.random() < 0.03:
        return f"{code}-Avg=-999,{code}-Flag={rng.choice('DMC')}"
    return f"{code}-Min={low},{code}-Avg={mean},{code}-Max={high},{code}-Flag=N"


def soiled(rng: Random) -> list[bytes]:
    """Return the packets of a day as a capture holds them: one of each kind of dirt, the rest as sent."""
    sent = hours(rng)
    sent[5] += sent[5]  # sent again
    sent[11] = sent[11][:-6] + b"0000\r\n"
    sent[17] = sent[17][:70]
    sent[23] = sent[23][90:]
    sent[29] = b"\x00\x11\x7f~" + sent[29]
    sent[35] = sent[35].replace(b"##0", b"##1", 1)
    plain = sent[41][6:-6].decode()
    sent[41] = packet(plain.replace("ST=22;", "ST=99;"))
    sent[47] = packet(plain.split(";", 1)[1].replace("DataTime=20260301", "DataTime=20260228"))  # without QN
    sent[53] = packet(plain.replace("CN=2061", "CN=9999"))
    sent[59] += packet(f"QN=20260301150000001;ST=91;CN=9014;PW=123456;MN={STATIONS[0][1]};Flag=4;CP=&&&&")
    sent[65] = packet(plain.replace("MN=", "MX="))
    sent[80] = packet(re.sub(r"a21026-[^&;]*", "a21026-Min=7.1,a21026-Avg=9.2,a21026-Max=12.4,a21026-Flag=N", sent[80][6:-6].decode()))  # in µg/m³
    sent[84] = packet(sent[84][6:-6].decode().replace("DataTime=2026030121", "DataTime=2026030123"))  # an hour that is still to come
    sent[71] = sent[71].replace(b"\r\n", b"")
    return sent


if __name__ == "__main__":
    main()
