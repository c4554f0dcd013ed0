# SPDX-License-Identifier: Apache-2.0
"""T1 to T17 for every order of steps: the model does what the law's text says, read once more here.

Timeline and bitmaps agree at every question on the way; `tests.fakes.one_life` asserts it.
"""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.optout import appended, root_of
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.regimes import Moment
from tests.fakes.consent_factories import GOOD_POLICY, policy
from tests.fakes.one_life import Life

STEPS = ("give", "withdraw", "refuse", "opt_out", "reverse", "object", "permit", "amend")
lives = st.lists(st.sampled_from(STEPS), max_size=14)
words = st.sampled_from(["new", "running", "both"])
NOES = {"refusal": "refuse", "withdrawal": "withdraw", "objection": "object", "opt_out": "opt_out"}


def last(steps: Sequence[str], *wanted: str) -> str:
    return next((step for step in reversed(steps) if step in wanted), "")


def out(steps: Sequence[str]) -> bool:
    return last(steps, "opt_out", "reverse") == "opt_out"


def permits_of(steps: Sequence[str]) -> list[int]:
    return [at for at, step in enumerate(steps) if step == "permit"]


@given(lives)
def test_under_consent_a_no_ends_running_permits_and_the_opt_out_does_nothing(
    steps: list[str],
) -> None:
    life = Life(policy().rules("consent_gdpr", "legal_basis")).live(steps)

    def new(before: Sequence[str]) -> bool:
        return last(before, "give", "withdraw", "refuse") == "give" and "object" not in before

    assert life.asked(Moment.NEW) is new(steps)
    assert life.permits == [
        new(steps[:at]) and not {"withdraw", "refuse", "object"} & set(steps[at:])
        for at in permits_of(steps)
    ]


@given(lives)
def test_under_ehds_only_the_opt_out_excludes_and_only_from_later_permits(steps: list[str]) -> None:
    life = Life(policy().rules("ehds_ch4", "none")).live(steps)
    assert life.asked(Moment.NEW) is (not out(steps) and "object" not in steps)
    assert life.permits == [
        not out(steps[:at]) and "object" not in steps for at in permits_of(steps)
    ]


@given(lives, st.fixed_dictionaries(dict.fromkeys(NOES, words)))
def test_under_a_national_act_each_no_acts_as_its_row_says(
    steps: list[str], acts: dict[str, str]
) -> None:
    head, at, _ = GOOD_POLICY.partition("[regime.national_act.no]\n")
    text = head + at + "\n".join(f'{kind} = "{word}"' for kind, word in acts.items())
    life = Life(load_policy(text).rules("national_act", "none")).live(steps)

    def excluded(before: Sequence[str], *moments: str) -> bool:
        said = last(before, "give", "withdraw", "refuse")
        standing = {said} | ({"opt_out"} if out(before) else set())
        standing |= {"object"} & set(before)
        return any(NOES[kind] in standing and acts[kind] in moments for kind in NOES)

    def stays(since: int) -> bool:
        """Every step asks anew, whatever it is about, except a permit for somebody else's case."""
        asked = [n for n in range(since + 1, len(steps) + 1) if steps[n - 1] != "permit"]
        return not any(excluded(steps[:n], "running", "both") for n in asked)

    assert life.asked(Moment.NEW) is not excluded(steps, "new", "both")
    assert life.permits == [
        not excluded(steps[:n], "new", "both") and stays(n + 1) for n in permits_of(steps)
    ]


@given(lives)
def test_one_more_opt_out_never_widens_anything(steps: list[str]) -> None:
    for regime, role in (("consent_gdpr", "safeguard"), ("ehds_ch4", "legal_basis")):
        rules = policy().rules(regime, role)
        plain, more = Life(rules).live(steps), Life(rules).live([*steps, "opt_out"])
        assert more.asked(Moment.NEW) <= plain.asked(Moment.NEW)
        assert all(a <= b for a, b in zip(more.permits, plain.permits, strict=True))


@given(lives)
def test_the_root_grows_as_it_is_rebuilt(steps: list[str]) -> None:
    events = Life(policy().rules("ehds_ch4", "none")).live(steps).opt_outs
    edge: tuple[bytes, ...] = ()
    for number, event in enumerate(events):
        edge = appended(number, edge, event.leaf())
        assert len(edge) == (number + 1).bit_count()
    assert root_of(events) != root_of(events[:-1]) or not events
