# SPDX-License-Identifier: Apache-2.0
"""Issuer and verifier agree: the clearinghouse's own adapters read this service over HTTP."""

from permit_service.clearinghouse.adapters.feeds import HttpFeed
from permit_service.clearinghouse.adapters.jose import PermitJose, VisaJose
from permit_service.clearinghouse.adapters.permissions import PermissionsClient
from permit_service.clearinghouse.domain.state import PermitStatus
from permit_service.clearinghouse.domain.trust import Binding, TrustedSource
from permit_service.clearinghouse.domain.visa import read_claims, read_header
from permit_service.clearinghouse.usecases.board import Board
from permit_service.clearinghouse.usecases.follow import Follower, follow_permits
from permit_service.usecases.feed import beat
from shared.clock import SystemClock
from shared.http_client import Http, JsonClient, RemoteKeySet, ServiceTokens
from shared.ids import PermitId
from shared.settings import Secret
from tests.support.permit_node import AUDIENCE, PermitNode

CLOCK = SystemClock()


def tokens(node: PermitNode) -> ServiceTokens:
    secret = Secret(node.idp.secret("clearinghouse"))
    return ServiceTokens(f"{node.idp.issuer}/token", "clearinghouse", secret, CLOCK)


def follower(node: PermitNode, board: Board) -> Follower:
    ours = tokens(node)
    client = JsonClient(f"{node.url}/v1/feed", bearer=lambda: ours.token(AUDIENCE, ("feed.read",)))
    keys = RemoteKeySet(f"{node.url}/api/feed-jwk", CLOCK)
    return follow_permits("permits", HttpFeed(client, keys, issuer=node.url, wait_seconds=0), board)


def status(board: Board, permit_id: str) -> PermitStatus | None:
    permits = board.picture().permits
    assert permits is not None
    record = permits.permits.get(PermitId(permit_id))
    return None if record is None else record.status


def test_the_feed_is_followed_from_snapshot_through_issue_and_revocation(
    node: PermitNode,
) -> None:
    board = Board(CLOCK, stale_seconds=60)
    following = follower(node, board)
    earlier = node.grant()
    assert following.step()
    assert status(board, earlier) is PermitStatus.LIVE
    permit_id = node.grant()
    assert following.step()
    assert status(board, permit_id) is PermitStatus.LIVE
    node.revoke(permit_id)
    assert following.step()
    assert status(board, permit_id) is PermitStatus.REVOKED
    beat(ports=node.parts.ports)
    assert following.step()
    known = board.state()["permits"]
    assert known.fresh
    restarted = Board(CLOCK, stale_seconds=60)
    assert follower(node, restarted).step()
    assert status(restarted, permit_id) is PermitStatus.REVOKED


def test_visa_and_permit_pass_the_verifiers_own_rules(node: PermitNode) -> None:
    permit_id = node.grant()
    source = TrustedSource(
        name="permit_service",
        issuer=node.url,
        key_url=f"{node.url}/api/jwk",
        permissions_url=f"{node.url}/api/permissions/{{user}}",
        audience=AUDIENCE,
        subject_issuer=node.idp.issuer,
        binding=Binding.BROKER_BOUND,
        reason="same node",
        dataset_prefix="https://data.zz.example/datasets/",
        sources=frozenset({"https://authority.zz.example"}),
    )
    client = PermissionsClient(tokens(node), Http())
    jose = VisaJose(lambda url: RemoteKeySet(url, CLOCK))
    opened = [jose.open(raw) for raw in client.fetch(source, "person-rita")]
    (visa,) = [one for one in opened if one.claims["urn:placet:permit"] == permit_id]
    jose.require_signed(visa, source)
    source.require_pair(read_header(visa.header), visa.claims["iss"])
    claims = read_claims(visa.claims, now=int(CLOCK.now().timestamp()))
    source.require_authority(claims)
    permits = PermitJose(
        RemoteKeySet(f"{node.url}/api/permit-jwk", CLOCK), issuer=node.url, clock=CLOCK
    )
    document = permits.document(node.permit(permit_id)["jws"])
    assert (document.permit_id, document.holder) == (permit_id, claims.subject)
    assert document.dataset_url == claims.value
    assert client.fetch(source, "person-nobody") == ()
