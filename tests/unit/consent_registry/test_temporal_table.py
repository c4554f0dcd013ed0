# SPDX-License-Identifier: Apache-2.0
"""T1 to T17: what a no does to running permits and to new ones, law by law.

Each row is decided from the person's timeline and from bitmaps (`tests.fakes.one_life`).
"""

from dataclasses import replace

import pytest

from consent_registry.domain.exception import Claim, Lacking, lacking
from consent_registry.domain.history import Kind
from consent_registry.domain.policy import Policy
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.regimes import Moment, Rules
from tests.fakes.consent_factories import GOOD_POLICY, policy
from tests.fakes.one_life import KINDS, Life

CONSENT = policy().rules("consent_gdpr", "legal_basis")
EHDS = policy().rules("ehds_ch4", "none")
CLAIM = Claim(
    public_body=True,
    purpose="53-1-a",
    important_public_interest=False,
    not_obtainable_otherwise=True,
    justification="An outbreak.",
)


@pytest.mark.parametrize(
    ("row", "rules", "steps", "existing", "new"),
    [
        ("T1", CONSENT, "give permit withdraw", False, False),
        ("T1 a new yes brings nobody back", CONSENT, "give permit withdraw give", False, True),
        ("T2", EHDS, "permit opt_out", True, False),
        ("T3", EHDS, "opt_out permit", False, False),
        ("T4 same instant", EHDS, "opt_out =permit", False, False),
        ("T5", EHDS, "opt_out reverse permit", True, True),
        ("T6 amended", EHDS, "permit opt_out amend", True, False),
        ("T6 reversed after", EHDS, "opt_out permit reverse", False, True),
        ("T11", EHDS, "opt_out", None, False),
        ("T12 under consent", CONSENT, "give opt_out permit", True, True),
        ("T12 under EHDS", EHDS, "give opt_out permit", False, False),
        ("T12 running", CONSENT, "give permit opt_out", True, True),
        ("T14", CONSENT, "give permit lapse", True, False),
        ("T14 confirmed", CONSENT, "give permit lapse give", True, True),
        ("T14 withdrawn then", CONSENT, "give permit lapse withdraw", False, False),
        ("T15", EHDS, "permit opt_out lapse", True, False),
        ("T15 changed", EHDS, "permit opt_out lapse reverse", True, True),
        ("T16 withdrawn", EHDS, "give permit withdraw", True, True),
        ("T16 refused", EHDS, "permit refuse", True, True),
        ("T16 never given", EHDS, "permit", True, True),
    ],
)
def test_row(row: str, rules: Rules, steps: str, existing: bool | None, new: bool) -> None:
    life = Life(rules).live(steps.split())
    assert life.permits == ([] if existing is None else [existing]), row
    assert life.asked(Moment.NEW) is new, row


def test_t7_new_variables_are_a_new_application() -> None:
    life = Life(EHDS).live(["permit", "opt_out", "permit"])
    assert life.permits == [True, False]


@pytest.mark.parametrize(("word", "later"), [("go_on", True), ("excluded", False)])
def test_t8_a_later_extraction_follows_the_policy(word: str, later: bool) -> None:
    """Each read of a file is an extraction: who is out of later ones is in no read from then on."""
    measure = '[measure_51_4]\nlaw = "An act"\nnotified = "2030-01-01"\n'
    text = GOOD_POLICY.replace('later_extractions = "go_on"', f'later_extractions = "{word}"')
    text = text.replace("[regime.ehds_ch4]", f"{measure}[regime.ehds_ch4]")
    life = Life(load_policy(text).rules("ehds_ch4", "none")).live(["permit", "opt_out"])
    assert life.permits == [later]
    assert not life.asked(Moment.NEW)


def test_t9_and_t10_the_exception_needs_a_law_and_reasons() -> None:
    life = Life(EHDS).live(["opt_out"])
    without, with_law = policy(), replace(policy(), exception_law="An act")
    assert lacking(CLAIM, without) == (Lacking.NO_LAW,)
    assert lacking(CLAIM, with_law) == ()
    for law, expected in ((without, False), (with_law, True)):
        applies = not lacking(CLAIM, law)
        assert life.asked(Moment.NEW, despite_opt_out=applies) is expected


@pytest.mark.parametrize(
    ("claim", "what"),
    [
        (replace(CLAIM, public_body=False), Lacking.NOT_PUBLIC),
        (replace(CLAIM, purpose="53-1-d"), Lacking.PURPOSE),
        (replace(CLAIM, purpose="53-1-e"), Lacking.PURPOSE),
        (replace(CLAIM, not_obtainable_otherwise=False), Lacking.OBTAINABLE),
        (replace(CLAIM, justification=" "), Lacking.NO_JUSTIFICATION),
    ],
)
def test_t10_every_condition_of_71_4_is_needed(claim: Claim, what: Lacking) -> None:
    law: Policy = replace(policy(), exception_law="An act")
    assert lacking(claim, law) == (what,)
    assert lacking(replace(CLAIM, purpose="53-1-e-i", important_public_interest=True), law) == ()


NOES = {"refuse": "refusal", "withdraw": "withdrawal", "object": "objection", "opt_out": "opt_out"}


@pytest.mark.parametrize("step", sorted(NOES))
@pytest.mark.parametrize(
    ("word", "existing", "new"),
    [("new", True, False), ("running", False, True), ("both", False, False)],
)
def test_t17_a_national_act_says_for_each_no_what_it_acts_on(
    step: str, word: str, existing: bool, new: bool
) -> None:
    """Where consent is not what the use rests on, so that only the no itself can exclude."""
    kind = NOES[step]
    head, at, tail = GOOD_POLICY.partition("[regime.national_act.no]")
    lines = [f'{kind} = "{word}"' if line.startswith(kind) else line for line in tail.splitlines()]
    rules = load_policy(head + at + "\n".join(lines)).rules("national_act", "none")
    life = Life(rules).live(["permit", step])
    assert life.permits == [existing]
    assert life.asked(Moment.NEW) is new


def test_the_steps_of_a_life_are_the_kinds_there_are() -> None:
    assert set(KINDS.values()) < set(Kind)
