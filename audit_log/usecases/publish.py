# SPDX-License-Identifier: Apache-2.0
"""Publishing: the log signs what it has become, and never anything that contradicts it.

Each checkpoint is kept in the database, then in the head file outside it, then shown to readers:
in that order, so that a crash never leaves a reader with a note the log has forgotten. What others
hold under the log's own signature (fork evidence) binds it as what it remembers itself. Before it
signs, the entries since the last note are held against the leaves they are to be.
"""

from collections.abc import Callable, Sequence

from audit_log.domain.checkpoint import Checkpoint, CheckpointInvalid
from audit_log.domain.cosignature import cosign
from audit_log.domain.errors import HeadMismatch
from audit_log.domain.merkle import HASH_BYTES, leaf_hash, root_at
from audit_log.domain.note import NoteInvalid, Signature, SignedNote
from audit_log.domain.tiles import WIDTH, hashes_from
from audit_log.ports import HeadFile, Published, PublisherStore, Signer, Trust
from shared.clock import Clock


class Publisher:
    """The checkpointer; call `step` once a second.

    `cosigners` add further signature lines of the log's own, under its name. Nothing is signed
    while `may_sign` says no: at the start that is until enough witnesses have confirmed the tree.
    """

    def __init__(
        self,
        *,
        store: PublisherStore,
        signer: Signer,
        trust: Trust,
        head_file: HeadFile,
        clock: Clock,
        cosigners: Sequence[Signer] = (),
        may_sign: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._signer = signer
        self._trust = trust
        self._head_file = head_file
        self._clock = clock
        self._cosigners = cosigners
        self._may_sign = may_sign
        self._compared = False

    def step(self) -> bool:
        """Publish the tree as it is, if it has grown; False when there is nothing to do or to sign.

        The first step compares in any case: an older database is found before an entry comes.

        Raises HeadMismatch when the tree does not extend what was signed before, in the database,
        in the head file or in fork evidence: then nothing is signed until somebody has looked.
        """
        size, root = self._store.head()
        published = self._store.published_size()
        if published == size and self._compared:
            return False
        newest = self._store.newest()
        self._require_growth(size, root, newest)
        self._compared = True
        if published == size:
            return False
        if newest is None or newest.size == published:
            if not self._may_sign():
                return False
            self._require_entries(size, since=published or 0)
            newest = self._sign(size, root)
            self._store.keep(newest)
        self._head_file.write(newest.note)
        self._store.publish(newest.size, self._clock.now())
        return True

    def adopt_head(self) -> bool:
        """Write a lost head file anew from the database; False when there is one.

        Only for a person who knows that the database is not an older copy.
        """
        newest = self._store.newest()
        if newest is None or self._head_file.read() is not None:
            return False
        self._head_file.write(newest.note)
        return True

    def _require_growth(self, size: int, root: bytes, newest: Published | None) -> None:
        hashes = hashes_from(self._store.tile)
        signed = self._signed_before(newest) + self._held_by_others()
        if newest is not None:
            signed.append((newest.size, newest.root))
        for old_size, old_root in signed:
            if old_size <= size and root_at(old_size, hashes) == old_root:
                continue
            # What this node's witness saw of others is in the same database, and older as well.
            self._store.bar_witness(self._clock.now())
            if old_size > size:
                raise HeadMismatch("the tree is smaller than what was signed")
            raise HeadMismatch("the tree does not extend what was signed")
        if root_at(size, hashes) != root:
            raise HeadMismatch("the stored root is not that of the tiles")

    def _require_entries(self, size: int, *, since: int) -> None:
        """Hold what is served as entries against the tree's leaves, from the last note's edge on.

        Whoever may write bundles could put others in their place; nothing is signed over them.
        """
        for number in range(since // WIDTH, -(-size // WIDTH)):
            try:
                entries = self._store.bundle(number)[: size - number * WIDTH]
            except (LookupError, ValueError):
                entries = ()
            leaves = b"".join(leaf_hash(entry) for entry in entries)
            width = min(WIDTH, size - number * WIDTH) * HASH_BYTES
            if leaves != self._store.tile(0, number)[:width]:
                raise HeadMismatch("a stored entry is not the one that the tree was made of")

    def _signed_before(self, newest: Published | None) -> list[tuple[int, bytes]]:
        note = self._head_file.read()
        if note is None:
            if newest is not None:
                raise HeadMismatch("the head file is missing")
            return []
        try:
            head = self._trust.open(note)
        except (NoteInvalid, CheckpointInvalid):
            raise HeadMismatch("the head file is not a checkpoint of this log") from None
        return [(head.size, head.root)]

    def _held_by_others(self) -> list[tuple[int, bytes]]:
        opened = map(self._trust.open, self._store.evidence())
        return [(one.size, one.root) for one in opened]

    def _sign(self, size: int, root: bytes) -> Published:
        text = Checkpoint(origin=self._trust.origin, size=size, root=root).text()
        key = self._signer.key
        blob = self._signer.sign(text.encode())
        signature = Signature(name=key.name, key_id=key.id, blob=blob)
        now = self._clock.now()
        others = [cosign(one.key, one.sign, text, int(now.timestamp())) for one in self._cosigners]
        note = bytes(SignedNote(text=text, signatures=(signature, *others)))
        return Published(size=size, root=root, note=note, signed_at=now)
