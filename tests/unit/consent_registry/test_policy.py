# SPDX-License-Identifier: Apache-2.0
"""The policy file: loaded whole, or refused with every fault named."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from consent_registry.adapters.resources import read_diseases, read_policy
from consent_registry.domain.ahead import Ahead
from consent_registry.domain.diseases import BadHierarchy
from consent_registry.domain.history import State
from consent_registry.domain.levels import Level
from consent_registry.domain.policy import Breadth, OnRestricted
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.regimes import (
    CONSENT_BINDS,
    EVERY_NO_BINDS,
    EVERYTHING,
    NEW_ONLY,
    NOTHING,
    RUNNING_ONLY,
    Moment,
    No,
)
from shared.country_policy import PolicyFaults, in_force
from tests.fakes.consent_factories import GOOD_POLICY, policy

EXAMPLES = Path(__file__).parents[3] / "docs" / "policies"
SECURE = "an address that begins with https:// is needed"
SHOWN = 'consent = "shown", duo = "shown"'


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyFaults) as refused:
        load_policy(text)
    return refused.value.faults


def test_the_shipped_policy_loads_and_binds_consent_but_not_the_opt_out() -> None:
    shipped = read_policy(None)
    assert shipped == policy()
    assert shipped.rules("consent_gdpr", "legal_basis") == CONSENT_BINDS
    assert len(shipped.digest) == 64
    assert not shipped.example


def test_under_chapter_iv_the_shipped_policy_lets_only_the_opt_out_exclude() -> None:
    for role in ("legal_basis", "safeguard", "none"):
        rules = policy().rules("ehds_ch4", role)
        for moment in Moment:
            assert [state for state in State if rules.excludes(state, moment)] == []
        assert rules.says(No.OPT_OUT, Moment.NEW)
        assert not rules.says(No.OPT_OUT, Moment.RUNNING)
        assert not rules.matches_terms


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", Ahead(consent=30, mandate=60)),
        ("[told_ahead]\nconsent_days = 7\n", Ahead(consent=7, mandate=60)),
        ("[told_ahead]\nconsent_days = 1\nmandate_days = 366\n", Ahead(consent=1, mandate=366)),
    ],
)
def test_a_policy_says_how_long_before_an_end_people_are_told(said: str, found: Ahead) -> None:
    assert load_policy(GOOD_POLICY + said).ahead == found


@pytest.mark.parametrize(("said", "days"), [("", 366), ("yes_ahead_days = 30\n", 30)])
def test_a_policy_says_how_far_ahead_a_yes_may_begin(said: str, days: int) -> None:
    assert load_policy(said + GOOD_POLICY).yes_ahead == timedelta(days=days)


@pytest.mark.parametrize("said", ["0", "367", "true", '"30"', "3660"])
def test_a_yes_years_ahead_is_no_policy(said: str) -> None:
    wanted = "yes_ahead_days: a whole number from 1 to 366 is needed"
    assert faults(f"yes_ahead_days = {said}\n{GOOD_POLICY}") == (wanted,)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("consent_days = 0", "told_ahead.consent_days: a whole number from 1 to 366 is needed"),
        ("mandate_days = 367", "told_ahead.mandate_days: a whole number from 1 to 366 is needed"),
        ("mandate_days = true", "told_ahead.mandate_days: a whole number from 1 to 366 is needed"),
        ("weeks = 2", "told_ahead.weeks: unknown key"),
    ],
)
def test_a_time_ahead_that_is_none_is_a_fault(said: str, fault: str) -> None:
    assert faults(f"{GOOD_POLICY}[told_ahead]\n{said}\n") == (fault,)


def test_the_examples_name_where_people_complain_and_a_policy_may_leave_it_out() -> None:
    assert load_policy(GOOD_POLICY).authority is None
    for country in ("ee", "fi", "pt"):
        found = load_policy((EXAMPLES / f"example-{country}.toml").read_text("utf-8")).authority
        assert found is not None
        assert found.url.startswith("https://")


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ('name = "A"', f"url: {SECURE}"),
        (
            'name = "A"\nurl = "http://a.test"',
            f"url: {SECURE}",
        ),
        ('name = " "\nurl = "https://a.test"', "name: a text is needed"),
        ('name = "A"\nurl = "https://a.test"\nmail = "x"', "mail: unknown key"),
    ],
)
def test_an_authority_that_cannot_be_found_is_a_fault(said: str, fault: str) -> None:
    text = f"{GOOD_POLICY}[supervisory_authority]\n{said}\n"
    assert faults(text) == (f"supervisory_authority.{fault}",)


def test_a_policy_may_name_the_levels_of_a_withdrawal_and_never_leave_out_the_end_of_use() -> None:
    assert load_policy(GOOD_POLICY).levels == tuple(Level)
    for named, loads in (
        ('["no_further_use", "destroy_linkage"]', True),
        ('["destroy_linkage"]', False),
        ('["no_further_use", "forget_me"]', False),
        ('"no_further_use"', False),
    ):
        text = GOOD_POLICY.replace("[methods_on", f"withdrawal_levels = {named}\n[methods_on", 1)
        if loads:
            assert load_policy(text).levels == (Level.NO_FURTHER_USE, Level.DESTROY_LINKAGE)
        else:
            assert "withdrawal_levels" in faults(text)[0]


def test_a_policy_says_what_it_says() -> None:
    loaded = load_policy(GOOD_POLICY)
    assert (loaded.version, loaded.small_cell, loaded.country) == ("1", 5, "EE")
    assert loaded.methods_on_restricted == {
        "HMB": OnRestricted.APPROVE,
        "DS": OnRestricted.MANUAL,
        "POA": OnRestricted.DENY,
    }
    assert loaded.breadths == (Breadth.EVERYTHING, Breadth.GENOMIC)
    assert loaded.rules("national_act", "none").acts == {
        No.REFUSAL: NEW_ONLY,
        No.WITHDRAWAL: EVERYTHING,
        No.OBJECTION: RUNNING_ONLY,
        No.OPT_OUT: NEW_ONLY,
    }
    assert loaded.digest != load_policy(GOOD_POLICY + "# a comment\n").digest


def test_what_a_policy_does_not_rule_is_bound_by_every_no() -> None:
    only_gdpr = load_policy(GOOD_POLICY.partition("[regime.ehds_ch4]")[0])
    assert only_gdpr.rules("ehds_ch4", "none") == EVERY_NO_BINDS
    assert only_gdpr.rules("martian_law", "none") == EVERY_NO_BINDS
    assert not only_gdpr.decides("ehds_ch4", "none")


def test_the_policy_of_a_day_is_the_last_to_come_into_force_by_then() -> None:
    old = load_policy(GOOD_POLICY)
    new = load_policy(GOOD_POLICY.replace("2026-01-01", "2031-03-26"))
    assert in_force((new, old), date(2031, 3, 25)) is old
    assert in_force((new, old), date(2031, 3, 26)) is new
    assert in_force((new, old), date(1990, 1, 1)) is old


def test_every_fault_is_named_at_once() -> None:
    assert faults("colour = 1") == (
        "colour: unknown key",
        "format: must be 'placet/policy/v1'",
        "version: a text is needed",
        "country: a country code (ISO 3166-1 alpha-2) is needed",
        "effective_from: a date is needed",
        "holiday_calendar: a table is needed",
        "small_cell: a whole number from 1 to 1000 is needed",
        "methods_on_restricted: a table is needed",
        "methods_on_restricted.HMB: one of approve, manual, deny is needed",
        "methods_on_restricted.DS: one of approve, manual, deny is needed",
        "methods_on_restricted.POA: one of approve, manual, deny is needed",
        "minors: a table is needed",
        "opt_out_breadths: a list of all, genomic, holder is needed, with all in it",
        "regime: a table is needed",
        "asked_again: one of new, running, both is needed",
        "regime: at least one is needed",
    )
    assert faults("= =")[0].startswith("not TOML")


def test_a_national_act_that_leaves_a_no_open_does_not_load_and_each_is_named() -> None:
    opened = GOOD_POLICY
    for line in ('refusal = "new"\n', 'objection = "running"\n', 'opt_out = "new"\n'):
        assert line in opened
        opened = opened.replace(line, "")
    assert faults(opened) == (
        "regime.national_act.no.refusal: one of new, running, both is needed",
        "regime.national_act.no.objection: one of new, running, both is needed",
        "regime.national_act.no.opt_out: one of new, running, both is needed",
    )


def test_a_measure_under_51_4_lets_consent_bind_again() -> None:
    at = "[regime.ehds_ch4]"
    head, _, tail = GOOD_POLICY.partition(at)
    tail = tail.replace(f"none = {{ {SHOWN}", 'none = { consent = "binds", duo = "binds"')
    assert faults(head + at + tail) == (
        "regime.ehds_ch4.none.consent: binds only under a measure_51_4",
        "regime.ehds_ch4.none.duo: binds only under a measure_51_4",
    )
    named = '[measure_51_4]\nlaw = "An act"\nnotified = "2030-01-01"\n'
    rules = load_policy(head + named + at + tail).rules("ehds_ch4", "none")
    assert rules.excludes(State.NOT_ASKED, Moment.NEW)
    assert rules.acts[No.WITHDRAWAL] == EVERYTHING
    other = load_policy(head + named + at + tail).rules("ehds_ch4", "safeguard")
    assert other.acts[No.WITHDRAWAL] == NOTHING


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("small_cell = 5", "small_cell = true", "small_cell"),
        ("small_cell = 5", "small_cell = 0", "small_cell"),
        ('country = "EE"', 'country = "Estonia"', "country"),
        ("effective_from = 2026-01-01", 'effective_from = "soon"', "effective_from"),
        ("small_cell = 5", "small_cell = 5\nexample = true", "sources"),
        ("small_cell = 5", 'small_cell = 5\nexample = "yes"', "example"),
        ("small_cell = 5", "small_cell = 5\nsources = [1]", "sources"),
        ('["all", "genomic"]', '["genomic"]', "opt_out_breadths"),
        ('["all", "genomic"]', '["all", "purpose"]', "opt_out_breadths"),
        ('["all", "genomic"]', '["all", ["x"]]', "opt_out_breadths"),
        ('asked_again = "new"', 'asked_again = "running"', "asked_again"),
        ('HMB = "approve"', 'HMB = "perhaps"', "methods_on_restricted.HMB"),
        ('HMB = "approve"', 'HMB = "approve"\nGRU = "deny"', "methods_on_restricted.GRU"),
        ('safeguard = { consent = "binds", duo = "binds", opt_out = "shown", quality = "binds" }',
         'safeguard = { consent = "binds", opt_out = "shown", quality = "binds" }',
         "regime.consent_gdpr.safeguard.duo"),
        ('safeguard = { consent = "binds", duo = "binds", opt_out = "shown"',
         'safeguard = { consent = "binds", duo = "shown", opt_out = "shown"',
         "regime.consent_gdpr.safeguard.duo"),
        ('safeguard = { consent = "binds", duo = "binds", opt_out = "shown"',
         'safeguard = { consent = "binds", duo = "binds", opt_out = "binds"',
         "regime.consent_gdpr.safeguard.opt_out"),
        ("[regime.consent_gdpr]", "[regime.consent_gdpr]\nnone = {}", "regime.consent_gdpr.none"),
        ("[regime.consent_gdpr]", "[regime.lunar]\n[regime.consent_gdpr]", "regime.lunar"),
        ('later_extractions = "go_on"', "", "regime.ehds_ch4.later_extractions"),
        ('later_extractions = "go_on"', 'later_extractions = "excluded"',
         "regime.ehds_ch4.later_extractions"),
        (f'none = {{ {SHOWN}, opt_out = "binds", quality = "shown" }} # ehds',
         f'none = {{ {SHOWN}, opt_out = "shown", quality = "shown" }}',
         "regime.ehds_ch4.none.opt_out"),
        (f'none = {{ {SHOWN}, opt_out = "binds", quality = "shown" }} # ehds',
         f'none = {{ {SHOWN}, opt_out = "binds", quality = "binds" }}',
         "regime.ehds_ch4.none.quality"),
        ("[regime.ehds_ch4]", "[exception_71_4]\n[regime.ehds_ch4]", "exception_71_4.law"),
        ("[regime.ehds_ch4]", '[measure_51_4]\nlaw = "x"\n[regime.ehds_ch4]',
         "measure_51_4.notified"),
    ],
)  # fmt: skip
def test_a_policy_with_one_fault_does_not_load(old: str, new: str, fault: str) -> None:
    assert old in GOOD_POLICY
    assert faults(GOOD_POLICY.replace(old, new))[0].startswith(f"{fault}:")


def test_files_that_are_no_hierarchy_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("mondo")
    for name, content in (("a", b"{"), ("b", b"\x1f\x8bnot gzip"), ("c", b"[]")):
        (folder / name).write_bytes(content)
        with pytest.raises(BadHierarchy):
            read_diseases(folder / name)
