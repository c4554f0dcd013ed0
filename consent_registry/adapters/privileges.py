# SPDX-License-Identifier: Apache-2.0
"""What the registry's processes may do with each table; `shared.privileges` says how it is held.

What only stands is added to and never changed. Where one column moves, that column is named. A lock
on a row asks for the right to change something of it, so `person_key` names its own name.
"""

from typing import Final

from shared.privileges import ADD, CHANGE, FREE, OF_ALL, REMOVE, Privileges, updating

PRIVILEGES: Final = Privileges(
    relations={
        **OF_ALL,
        "bar": FREE,
        "catalogue_entry": CHANGE,
        "cohort": updating(
            ADD,
            *("permit_id", "bound_at", "bound_revision", "lapses", "checked_under"),
            *("project_title", "project_organisation", "project_until", "ended_at"),
        ),
        "cohort_narrowed": ADD,
        "consent_event": ADD,
        "consent_form": ADD,
        "consent_form_step": ADD,
        "consent_terms": REMOVE,
        "dataset": updating(ADD, "form", "revision", "members", "table_version", "recorded_at"),
        "dataset_member": updating(ADD, "local_id"),
        "erasure": CHANGE,
        "erasure_account": REMOVE,
        "erasure_part": ADD,
        "feed_change": updating(ADD, "items"),
        "feed_reader": CHANGE,
        "heartbeat": CHANGE,
        "import_bad": REMOVE,
        "import_batch": CHANGE,
        "import_cancel": ADD,
        "import_chunk": REMOVE,
        "import_fault": ADD,
        "import_progress": CHANGE,
        "import_row": updating(REMOVE, "first_line"),
        "imported_line": updating(ADD, "pid"),
        "legal_hold": updating(ADD, "lifted_at"),
        "listed_approval": updating(REMOVE, "used"),
        "mandate_holder": REMOVE,
        "mondo_activation": ADD,
        "mondo_release": ADD,
        "node_acknowledgement": CHANGE,
        "node_step": ADD,
        "notice": updating(ADD, "due_at"),
        "notice_round": updating(ADD, "after_pid", "ended_at"),
        "notice_step": ADD,
        "opt_out_event": ADD,
        "opt_out_person": ADD,
        "opt_out_reach": ADD,
        "opt_out_register": updating(ADD, "number", "people", "recorded_at", "edge"),
        "participant": updating(ADD, "pseudonym", "erased_at"),
        "participant_link": REMOVE,
        "person_event": ADD,
        "person_key": updating(REMOVE, "pid"),
        "person_reach": ADD,
        "rights_request": updating(ADD, "words", "is_open"),
        "rights_step": ADD,
        "ruling_statement": ADD,
        "shown_state": CHANGE,
        "stand_in": REMOVE,
        "standing": updating(REMOVE, "pending"),
        "stop_event": ADD,
        "stop_reach": ADD,
        "study_dataset": ADD,
        "study_version": ADD,
        "unreadable_consent": CHANGE,
        "withdrawal": ADD,
        "withdrawal_task": updating(
            ADD, "owner_issuer", "owner_subject", "done_at", "proof_sha256"
        ),
    },
    lent=("count_staged_rows()",),
)
