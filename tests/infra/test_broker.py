"""What the broker is formatted with."""

import uuid
from types import SimpleNamespace

import pytest

from infra import broker


@pytest.mark.parametrize("first", [0x00, 0x7F, 0x80, 0xF8, 0xFB, 0xFF])
def test_no_cluster_id_looks_like_an_option(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "uuid", SimpleNamespace(uuid4=lambda: uuid.UUID(bytes=bytes([first] * 16))))
    made = broker._cluster_id()
    assert len(made) == 22
    assert made[0] not in "-_"
