# SPDX-License-Identifier: Apache-2.0
"""The WSGI application of the clearinghouse, made from the environment and already at work."""

import logging as standard_logging
import os
import threading
from wsgiref.types import WSGIApplication

from permit_service.clearinghouse.bootstrap import build
from permit_service.clearinghouse.settings import configure
from shared import logging
from shared.keys import KeyStoreError
from shared.spool.folder import SpoolBusy, SpoolCorrupt

CANNOT_START = (SpoolBusy, SpoolCorrupt, KeyStoreError)


def create() -> WSGIApplication:
    """Build and start the clearinghouse in a worker process; it ends with the process."""
    configuration = configure(os.environ)
    logging.configure("clearinghouse", configuration.settings.log_level)
    try:
        clearinghouse = build(configuration)
    except CANNOT_START as fault:
        # These messages name files, offsets and faults, never content.
        standard_logging.getLogger(__name__).exception("cannot_start", extra={"fault": str(fault)})
        raise
    clearinghouse.start(threading.Event())
    return clearinghouse.wsgi
