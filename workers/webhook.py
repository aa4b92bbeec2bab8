"""Posting a note to an address: one request, one look at the status, and a limit of time on all of it."""

import asyncio
import re
import ssl
from urllib.parse import urlsplit

SECONDS = 5.0
_STATUS = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d)\b")


async def post_note(address: str, note: str) -> str | None:
    """Post a note as plain text; None when the answer was a yes (2xx), else in a few words what was wrong.

    A redirect is not followed, because it leads where no officer said, and nothing of the answer's body is read.
    """
    try:
        async with asyncio.timeout(SECONDS):
            status = await _post(address, note.encode())
    except TimeoutError:
        return f"no answer within {SECONDS:.0f} s"
    except ssl.SSLCertVerificationError:
        return "its certificate is not one to trust"
    except (OSError, UnicodeError) as fault:  # the second of a name that cannot be one
        return f"not reached ({type(fault).__name__})"
    except (ValueError, EOFError, asyncio.LimitOverrunError):
        return "what it answered is not HTTP"
    return None if 200 <= status < 300 else f"answered {status}"


async def _post(address: str, body: bytes) -> int:
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or (443 if secure else 80), ssl=ssl.create_default_context() if secure else None
    )
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = (
            f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: byalag\r\nConnection: close\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        found = _STATUS.match(await reader.readuntil(b"\r\n"))
        if found is None:
            raise ValueError
        return int(found[1])
    finally:
        writer.transport.abort()  # whatever else it has to say
