# SPDX-License-Identifier: Apache-2.0
"""T1 to T17 for every order of steps: the model does what the law's text says, read once more here.

Timeline and bitmaps agree at every question on the way; `tests.fakes.one_life` asserts it.
"""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from consent_registry.domain.exception import Claim, lacking
from consent_registry.domain.optout import appended, root_of
from consent_registry.domain.policy_file import load_policy
from consent_registry.domain.regimes import Moment
from tests.fakes.consent_factories import GOOD_POLICY, policy
from tests.fakes.one_life import Life

STEPS = (
    *("give", "withdraw", "refuse", "opt_out", "reverse", "object", "permit", "amend"),
    "lapse",  # the person comes of age: T14 under consent, T15 under EHDS
)
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
        said = last(before, "give", "withdraw", "refuse", "lapse")
        return said == "give" and "object" not in before

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


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.booleans()), max_size=14))
def test_at_one_instant_the_opt_out_wins(drawn: list[tuple[str, bool]]) -> None:
    """T4: steps of one instant count in their order, and whoever is asked then knows the opt-out.

    A permit of the very instant does not have her where the opt-out came first, and asked again as
    of that instant has her in neither order.
    """
    steps = [step for step, _ in drawn]
    life = Life(policy().rules("ehds_ch4", "none"))
    for step, at_once in drawn:
        life.live([f"={step}" if at_once else step])
        if step == "opt_out":
            assert not life.asked(Moment.NEW)
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


@given(lives, st.sampled_from(["go_on", "excluded"]))
def test_where_a_measure_says_so_an_opt_out_stops_later_extractions_of_running_permits(
    steps: list[str], word: str
) -> None:
    """T8: what the switch of the policy file says, and nothing else, tells the two apart."""
    measure = '[measure_51_4]\nlaw = "An act"\nnotified = "2030-01-01"\n'
    text = GOOD_POLICY.replace('later_extractions = "go_on"', f'later_extractions = "{word}"')
    text = text.replace("[regime.ehds_ch4]", f"{measure}[regime.ehds_ch4]")
    life = Life(load_policy(text).rules("ehds_ch4", "none")).live(steps)

    def stays(since: int) -> bool:
        asked = [n for n in range(since + 1, len(steps) + 1) if steps[n - 1] != "permit"]
        return word == "go_on" or not any(out(steps[:n]) for n in asked)

    assert life.asked(Moment.NEW) is (not out(steps) and "object" not in steps)
    assert life.permits == [
        not out(steps[:at]) and "object" not in steps and stays(at + 1) for at in permits_of(steps)
    ]


CLAIMS = st.builds(
    Claim,
    public_body=st.booleans(),
    purpose=st.sampled_from(["53-1-a", "53-1-c", "53-1-d", "53-1-e", "53-1-f"]),
    important_public_interest=st.booleans(),
    not_obtainable_otherwise=st.booleans(),
    justification=st.sampled_from(["", " ", "An outbreak."]),
)


@given(lives, CLAIMS, st.sampled_from(["", "An act"]))
def test_the_exception_looks_past_the_opt_out_alone_and_only_where_all_of_it_is_met(
    steps: list[str], claim: Claim, law: str
) -> None:
    """T9 and T10: an objection still excludes, and what runs is as it was."""
    life = Life(policy().rules("ehds_ch4", "none")).live(steps)
    running = list(life.permits)
    reserved = claim.purpose in {"53-1-a", "53-1-c"}
    research = claim.purpose == "53-1-e" and claim.important_public_interest
    met = bool(law) and claim.public_body and (reserved or research)
    met = met and claim.not_obtainable_otherwise and bool(claim.justification.strip())
    applies = not lacking(claim, replace(policy(), exception_law=law))
    assert applies is met
    assert life.asked(Moment.NEW, despite_opt_out=applies) is (
        "object" not in steps and (met or not out(steps))
    )
    assert life.permits == running


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
