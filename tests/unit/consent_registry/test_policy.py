# SPDX-License-Identifier: Apache-2.0
"""The policy file: loaded whole, or refused with every fault named."""

import pytest

from consent_registry.adapters.resources import read_diseases, read_policy
from consent_registry.domain.diseases import BadHierarchy
from consent_registry.domain.policy import OnRestricted, PolicyFaults, load_policy
from tests.fakes.consent_factories import policy

GOOD = """
format = "placet/policy/v1"
version = "1"
small_cell = 5
[methods_on_restricted]
HMB = "approve"
DS = "manual"
POA = "deny"
[regime.consent_gdpr]
consent = "binds"
duo = "binds"
opt_out = "shown"
quality = "shown"
"""


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyFaults) as refused:
        load_policy(text)
    return refused.value.faults


def test_the_shipped_policy_loads_and_binds_consent_but_not_the_opt_out() -> None:
    shipped = read_policy(None)
    assert shipped == policy()
    assert shipped.binds["consent_gdpr"] == {"consent", "duo", "quality"}
    assert len(shipped.digest) == 64


def test_a_policy_says_what_it_says() -> None:
    loaded = load_policy(GOOD)
    assert (loaded.version, loaded.small_cell) == ("1", 5)
    assert loaded.methods_on_restricted == {
        "HMB": OnRestricted.APPROVE,
        "DS": OnRestricted.MANUAL,
        "POA": OnRestricted.DENY,
    }
    assert loaded.binds["consent_gdpr"] == {"consent", "duo"}
    assert loaded.digest != load_policy(GOOD + "# a comment\n").digest


def test_every_fault_is_named_at_once() -> None:
    assert faults("colour = 1") == (
        "colour: unknown key",
        "format: must be 'placet/policy/v1'",
        "version: a text is needed",
        "small_cell: a whole number from 1 to 1000 is needed",
        "methods_on_restricted: a table is needed",
        "methods_on_restricted.HMB: one of approve, manual, deny is needed",
        "methods_on_restricted.DS: one of approve, manual, deny is needed",
        "methods_on_restricted.POA: one of approve, manual, deny is needed",
        "regime: a table is needed",
        "regime.consent_gdpr: a table is needed",
    )
    assert faults("= =")[0].startswith("not TOML")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("small_cell = 5", "small_cell = true", "small_cell"),
        ("small_cell = 5", "small_cell = 0", "small_cell"),
        ('HMB = "approve"', 'HMB = "perhaps"', "methods_on_restricted.HMB"),
        ('HMB = "approve"', 'HMB = "approve"\nGRU = "deny"', "methods_on_restricted.GRU"),
        ('duo = "binds"', "", "regime.consent_gdpr.duo"),
        ('duo = "binds"', 'duo = "shown"', "regime.consent_gdpr.duo"),
        ('consent = "binds"', 'consent = "shown"', "regime.consent_gdpr.consent"),
        ('opt_out = "shown"', 'opt_out = "binds"', "regime.consent_gdpr.opt_out"),
        ('quality = "shown"', 'quality = "shown"\nmood = "binds"', "regime.consent_gdpr.mood"),
        ("[regime.consent_gdpr]", "[regime.ehds_ch4]\n[regime.consent_gdpr]", "regime.ehds_ch4"),
    ],
)
def test_a_policy_with_one_fault_does_not_load(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    assert faults(GOOD.replace(old, new))[0].startswith(f"{fault}:")


def test_files_that_are_no_hierarchy_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("mondo")
    for name, content in (("a", b"{"), ("b", b"\x1f\x8bnot gzip"), ("c", b"[]")):
        (folder / name).write_bytes(content)
        with pytest.raises(BadHierarchy):
            read_diseases(folder / name)
