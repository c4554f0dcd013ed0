# SPDX-License-Identifier: Apache-2.0
"""What carries notices: a mail server, or a folder from which something else takes them.

Addresses and texts appear in no log and no error.
"""

import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from consent_registry.ports.contacts import Courier, CourierAway, CourierRefused
from consent_registry.settings import ConsentSettings
from shared.clock import Clock
from shared.durable import write_durably

_SECONDS: Final = 20.0
_NEVER: Final = range(500, 600)  # RFC 5321 section 4.2.1: permanent negative completion


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """How notices become messages (RFC 5322): from whom, named by whom."""

    sender: str
    clock: Clock

    def message(self, notice_id: str, to: str, subject: str, body: str) -> EmailMessage:
        """Write one; sent twice it has the same name, by which readers drop the second."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<{notice_id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(body, cte="quoted-printable")
        return message


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in. `tls` is demanded of every server that is not this machine's own."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""


class SmtpCourier:
    """`Courier` over SMTP with STARTTLS (RFC 3207), the server's name checked."""

    def __init__(self, server: MailServer, mail: Mail) -> None:
        self._server = server
        self._mail = mail

    def send(self, notice_id: str, to: str, subject: str, body: str) -> None:
        """Hand one message in. A refusal of the address is final, everything else is not."""
        message = self._mail.message(notice_id, to, subject, body)
        server = self._server
        try:
            with closing(smtplib.SMTP(server.host, server.port, timeout=_SECONDS)) as line:
                if server.tls:
                    line.starttls(context=ssl.create_default_context())
                if server.user:
                    line.login(server.user, server.password)
                line.send_message(message)
                # It is taken: how the server says goodbye changes nothing about that.
                with suppress(OSError, smtplib.SMTPException):
                    line.quit()
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            if codes and all(code in _NEVER for code in codes):
                raise CourierRefused from None
            raise CourierAway from None
        except (OSError, smtplib.SMTPException):
            raise CourierAway from None


class DropFolder:
    """`Courier` that leaves each message as a file of mode 0600, whole or not at all."""

    def __init__(self, folder: Path, mail: Mail) -> None:
        self._folder = folder
        self._mail = mail

    def send(self, notice_id: str, to: str, subject: str, body: str) -> None:
        """Write a file that lasts. One sent twice is one file."""
        content = self._mail.message(notice_id, to, subject, body).as_bytes()
        try:
            write_durably(self._folder / f"{notice_id}.eml", content)
        except OSError:
            raise CourierAway from None


def courier_of(settings: ConsentSettings, mail: Mail) -> Courier:
    """Give what carries notices as the settings say."""
    if settings.notice_folder is not None:
        return DropFolder(settings.notice_folder, mail)
    password = settings.notice_smtp_password
    local = settings.development and settings.notice_smtp_host in {"127.0.0.1", "localhost"}
    server = MailServer(
        host=settings.notice_smtp_host,
        port=settings.notice_smtp_port,
        tls=not local,
        user=settings.notice_smtp_user,
        password="" if password is None else password.reveal(),
    )
    return SmtpCourier(server, mail)
