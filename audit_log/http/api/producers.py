# SPDX-License-Identifier: Apache-2.0
"""`/v1/producers/{src}`: how far a producer's chains have come, and what they miss."""

from base64 import b64encode
from typing import Any, Final

from audit_log.domain.chain import Chain
from audit_log.http.api.schemas import ProducerSchema
from audit_log.http.edge import current_edge
from audit_log.http.looking import looks
from shared.api import ApiBlueprint
from shared.auth import current_principal, requires_any
from shared.errors import NotFound

blueprint: Final = ApiBlueprint("producers", __name__, url_prefix="/v1", description="Producers")


@blueprint.route("/producers/<path:src>")
@requires_any("log.read", "log.search")
@blueprint.response(200, ProducerSchema)
@looks("producer_viewed", current_principal)
def get_producer(src: str) -> dict[str, Any]:
    """Show a producer's registration and its chains."""
    with current_edge().transaction() as log:
        producer, chains = log.reader.producer(src), log.reader.chains(src)
    if producer is None:
        raise NotFound
    return {
        "src": producer.src,
        "client_id": producer.client_id,
        "vkey": producer.vkey,
        "topic": producer.topic,
        "chains": [_chain(chain, duplicates) for chain, duplicates in chains],
    }


def _chain(chain: Chain, duplicates: int) -> dict[str, Any]:
    return {
        "epoch": chain.key.epoch,
        "seq": chain.seq,
        "head": b64encode(chain.head).decode("ascii"),
        "gaps": [{"first": gap.first, "last": gap.last} for gap in chain.gaps],
        "duplicates": duplicates,
    }
