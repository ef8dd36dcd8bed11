"""Packets for tests: a data segment packed as the standard has it, with its own check sum so that the tests do not lean on ours."""

HOUR = (
    "QN=20260301110000123;ST=22;CN=2061;PW=123456;MN=010001SYNTHETIC000022;Flag=4;"
    "CP=&&DataTime=20260301110000;a34004-Avg=31,a34004-Flag=N;a21026-Min=7,a21026-Avg=8.5,a21026-Max=9,a21026-Flag=M&&"
)


def packet(data: str) -> bytes:
    """The packet of a data segment."""
    text = data.encode()
    return b"##%04d%s%04X\r\n" % (len(text), text, crc(text))


def crc(data: bytes) -> int:
    """HJ 212-2017, annex A, bit by bit."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            low, register = register & 1, register >> 1
            register ^= 0xA001 * low
    return register
