# SPDX-License-Identifier: Apache-2.0
"""What an import needs from outside: the file's bytes, a staging place, and lookups over it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from consent_registry.domain.batches import (
    CancelWish,
    FaultAt,
    ImportBatch,
    ImportState,
    NextRows,
    StagedRow,
)
from consent_registry.domain.rows import Row


class Imports(Protocol):
    """Imports and their staged rows, within the unit of work's transaction."""

    def open(self, batch: ImportBatch) -> None:
        """Keep a new import."""
        ...

    def add_chunk(self, import_id: str, number: int, content: bytes) -> None:
        """Keep the next piece of the file."""
        ...

    def chunks(self, import_id: str) -> Iterator[bytes]:
        """Give the file's pieces in order, one at a time."""
        ...

    def get(self, import_id: str) -> ImportBatch | None:
        """Give an import as it stands in this transaction."""
        ...

    def claim(self, state: ImportState) -> ImportBatch | None:
        """Give the longest waiting import of a state that no other unit of work has claimed.

        Nobody else gets it until this unit of work ends.
        """
        ...

    def hold(self, import_id: str) -> ImportBatch | None:
        """Claim this import, whatever its state; None when another unit of work has it."""
        ...

    def newest(self, limit: int) -> Sequence[ImportBatch]:
        """Give the imports that arrived last, newest first."""
        ...

    def wish_cancelled(self, wish: CancelWish) -> None:
        """Keep the wish, unless there is one already. Needs no claim."""
        ...

    def cancel_wish(self, import_id: str) -> CancelWish | None:
        """Give the wish as last committed, also inside a long transaction."""
        ...

    def note_progress(self, import_id: str, rows: int) -> None:
        """Note how many rows of a file have been read; to be committed by itself."""
        ...

    def progress(self, import_id: str) -> int:
        """Give what was noted last."""
        ...

    def keep(self, batch: ImportBatch) -> None:
        """Store the changed import."""
        ...

    def stage(self, import_id: str, rows: Sequence[tuple[int, Row]]) -> None:
        """Put rows, each with its line, into staging."""
        ...

    def note_bad(self, import_id: str, rows: Sequence[tuple[int, str, str]]) -> None:
        """Note lines that were not staged, each with its participant and dataset."""
        ...

    def set_aside(self, import_id: str, lines: Sequence[int]) -> None:
        """Note staged lines as bad; `drop_consents` takes them out."""
        ...

    def put_faults(self, import_id: str, faults: Sequence[FaultAt]) -> None:
        """Keep faults and notes for the report."""
        ...

    def gather(self, import_id: str) -> None:
        """Note for each staged row the first line of its consent (same participant and dataset)."""
        ...

    def in_several_rows(self, import_id: str) -> Iterator[Sequence[StagedRow]]:
        """Give each consent that has several staged rows, rows by line."""
        ...

    def in_error(self, import_id: str) -> Sequence[StagedRow]:
        """Give the staged rows of consents that were entered in error, by line."""
        ...

    def about_studies(self, batch: ImportBatch) -> Iterator[Sequence[StagedRow]]:
        """Give staged rows about studies that are not recorded, by line, some thousands a time."""
        ...

    def drop_rows(self, import_id: str, lines: Sequence[int]) -> None:
        """Take single rows out of staging."""
        ...

    def misplaced(self, import_id: str) -> Sequence[int]:
        """Give lines whose local id stands for another participant, or the other way round.

        Compared within the file and with the members already registered.
        """
        ...

    def against_her_word(self, batch: ImportBatch) -> tuple[Sequence[int], Sequence[int]]:
        """Give lines that would turn a recorded no into a yes without a later signature.

        And those with a consent that was corrected here.
        """
        ...

    def unapproved(self, batch: ImportBatch) -> Sequence[int]:
        """Give lines that would turn a no that stands into a yes without a listed approval.

        Lines of which `against_her_word` speaks are not among them.
        """
        ...

    def joining_merged(self, batch: ImportBatch) -> Sequence[StagedRow]:
        """Give rows with a yes that bring in somebody who has another name, by line.

        Those set aside and those recorded before are not among them.
        """
        ...

    def unlisted(self, batch: ImportBatch, lines: Sequence[int]) -> Sequence[int]:
        """Give those of these lines that are neither recorded nor have a listed approval."""
        ...

    def drop_consents(self, import_id: str) -> Sequence[int]:
        """Take every row of a consent with a bad line out; give those that have no fault noted."""
        ...

    def drop_repeated(self, batch: ImportBatch) -> int:
        """Take out rows of consents recorded from the same file before; give how many rows."""
        ...

    def faulty_rows(self, import_id: str) -> int:
        """Count the lines with at least one fault; a note is none."""
        ...

    def next_rows(self, batch: ImportBatch, limit: int) -> NextRows:
        """Give the staged rows of whole consents after `done_line`, at most `limit`, in order."""
        ...

    def clear(self, import_id: str, *, rows: bool, file: bool) -> None:
        """Forget the staged rows, the file's bytes, or both."""
        ...

    def faults(self, import_id: str, limit: int | None) -> Sequence[FaultAt]:
        """Give the faults by line."""
        ...
