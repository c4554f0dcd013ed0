# SPDX-License-Identifier: Apache-2.0
"""What every use of the client library shares: its log level and its errors as ours."""

import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from kafka.errors import (
    AuthorizationError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    SaslAuthenticationFailedError,
)

from shared.brokers import Brokers
from shared.transport import TransportRefused, TransportUnavailable

BOOTSTRAP_MS: Final = 10_000
REQUEST_MS: Final = 10_000
_REFUSALS: Final = (
    AuthorizationError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    SaslAuthenticationFailedError,
)


def client_options(brokers: Brokers) -> Mapping[str, object]:
    """Give `Brokers.options`; TransportUnavailable while a file of it cannot be used."""
    try:
        return brokers.options()
    except (OSError, ssl.SSLError) as error:
        raise TransportUnavailable("credentials_unreadable") from error


def keep_library_quiet() -> None:
    """Never let the library log below WARNING: its debug lines quote keys, values and headers.

    That its loop was busy with decoding is no warning to anybody: a full batch takes that long.
    """
    for name, level in (("kafka", logging.WARNING), ("kafka.net.selector", logging.ERROR)):
        logger = logging.getLogger(name)
        if logger.level < level:
            logger.setLevel(level)


def as_transport_error(error: KafkaError) -> TransportUnavailable | TransportRefused:
    """Translate a library error; its text stays behind, only its kind goes on."""
    kind = type(error).__name__
    if isinstance(error, _REFUSALS):
        return TransportRefused(kind)
    return TransportUnavailable(kind)


@contextmanager
def translated() -> Iterator[None]:
    """Raise TransportUnavailable or TransportRefused for the library's errors."""
    try:
        yield
    except KafkaError as error:
        raise as_transport_error(error) from error
