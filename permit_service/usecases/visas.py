# SPDX-License-Identifier: Apache-2.0
"""Hand out the visas of one person: short, on record, and only to those who may have them."""

from collections.abc import Sequence

from permit_service.domain.account import AccountKey
from permit_service.domain.caller import Caller
from permit_service.domain.errors import UserUnknown
from permit_service.domain.facts import visas_issued
from permit_service.domain.issuance import visa_claims
from permit_service.domain.permit import Permit
from permit_service.domain.reading import PLAIN
from permit_service.domain.register import VISA_JWT_TYPE
from permit_service.ports import Ports
from shared.errors import Forbidden


def visas_of(key: AccountKey, *, caller: Caller, ports: Ports) -> tuple[str, ...]:
    """Give one fresh visa for each permit of the person that opens something now.

    A person may ask for her own only (Forbidden otherwise, whether or not the other exists). A
    service that is no registered recipient gets none and learns nothing. Raises UserUnknown for an
    account never opened. No visa leaves before its entry is committed.
    """
    caller.principal.require("visas.read")
    if caller.principal.is_service:
        if caller.principal.client_id not in ports.policy.recipients:
            return ()
    elif key != caller.key:
        raise Forbidden("only a person's own visas")
    now = ports.clock.now()
    if not (PLAIN.fullmatch(key.issuer) and PLAIN.fullmatch(key.subject)):
        raise UserUnknown
    with ports.units() as work:
        if work.accounts.find(key) is None:
            raise UserUnknown
        minted = _mint(work.permits.of_holder(key), ports)
        if minted:
            issued = [(permit, jti) for permit, jti, _ in minted]
            for fact in visas_issued(key, issued, caller, at=now):
                work.record(fact)
            work.commit()
    return tuple(visa for _, _, visa in minted)


def _mint(permits: Sequence[Permit], ports: Ports) -> list[tuple[Permit, str, str]]:
    now, profile = ports.clock.now(), ports.policy.profile
    minted = []
    for permit in permits:
        jti = ports.ids.new()
        claims = visa_claims(permit, profile=profile, now=now, jti=jti)
        if claims is not None:
            minted.append((permit, jti, ports.visa_signer.sign(claims, typ=VISA_JWT_TYPE)))
    return minted
