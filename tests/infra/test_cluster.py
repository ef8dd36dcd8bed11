"""The manifests name programs, replicas and settings that exist."""

from typing import Any

import pytest
import yaml

from infra.place import Place
from infra.programs import STREAM, programs
from schemas.settings import ROOT, settings

MANIFESTS = [one for one in yaml.safe_load_all((ROOT / "infra" / "cluster" / "stream.yaml").read_text(encoding="utf-8")) if one]
DEPLOYED = {one["metadata"]["name"]: one["spec"]["template"]["spec"] for one in MANIFESTS if one["kind"] == "Deployment"}


def test_every_program_of_the_stream_is_deployed() -> None:
    assert sorted(DEPLOYED) == sorted(STREAM)


@pytest.mark.parametrize("name", sorted(DEPLOYED))
def test_a_deployment_starts_what_the_local_stack_starts(name: str) -> None:
    (local,) = [" ".join(one.command) for one in programs(Place(settings({}))) if one.name == name]
    (container,) = DEPLOYED[name]["containers"]
    assert local.endswith(" ".join(container["command"][1:]))


@pytest.mark.parametrize("one", MANIFESTS, ids=lambda one: f"{one['kind']} {one['metadata']['name']}")
def test_every_setting_is_one_that_is_read(one: dict[str, Any]) -> None:
    read = (ROOT / "schemas" / "settings.py").read_text(encoding="utf-8")
    given = list(one.get("data", {}))
    given += [each["name"] for spec in [one.get("spec", {}).get("template", {}).get("spec", {})] for box in spec.get("containers", ()) for each in box.get("env", ())]
    assert [name for name in given if f'"{name}"' not in read] == []


@pytest.mark.parametrize("name", sorted(DEPLOYED))
def test_no_program_runs_as_root_or_may_become_it(name: str) -> None:
    (container,) = DEPLOYED[name]["containers"]
    assert (DEPLOYED[name]["securityContext"]["runAsNonRoot"], container["securityContext"]["allowPrivilegeEscalation"]) == (True, False)
