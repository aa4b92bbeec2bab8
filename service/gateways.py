"""Sending a message to a mailbox or a telephone: one attempt, with a limit of time, and a plain refusal if it fails."""

import asyncio
import functools
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

import aiosmtplib
import httpx
import structlog

from schema.errors import GatewayAway
from schema.gateways import MailGateway, TextGateway

SECONDS = 8.0
"""For all of it. Whoever waits for a code sees a form meanwhile."""

log = structlog.get_logger("gateway")


@functools.cache
def trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts, read once."""
    return ssl.create_default_context()


async def send_mail(gateway: MailGateway, to: str, subject: str, text: str) -> None:
    """Hand a message to the mail server. Raises GatewayAway when it did not take it."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = gateway.sender, to, subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=gateway.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
    message.set_content(text, cte="quoted-printable")  # for servers that know 7 bits only
    try:
        async with asyncio.timeout(SECONDS):
            await aiosmtplib.send(
                message,
                hostname=gateway.host,
                port=gateway.port,
                username=gateway.name,
                password=gateway.password,
                use_tls=gateway.tls == "at-once",
                start_tls={"at-once": False, "required": True, "offered": None}[gateway.tls],
                tls_context=trusted(),
            )
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _away("e-mail", error) from None


async def send_text(gateway: TextGateway, to: str, text: str) -> None:
    """Hand an SMS to the gateway. ``to`` is a number such as +46701234567. Raises GatewayAway when it is not taken."""
    try:
        async with asyncio.timeout(SECONDS), httpx.AsyncClient(verify=trusted()) as client:
            badge = {"Authorization": f"Bearer {gateway.token}"}
            answer = await client.post(gateway.url, json={"to": to, "text": text}, headers=badge)
            answer.raise_for_status()
    except (httpx.HTTPError, OSError) as error:
        raise _away("SMS", error) from None


def _away(way: str, error: Exception) -> GatewayAway:
    """Noted by kind alone: what a gateway says may name the address."""
    log.warning("gateway is away", way=way, error=type(error).__name__)
    return GatewayAway(way=way)
