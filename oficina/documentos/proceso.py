"""Turn HTML into PDF, one document after the other, in a process of its own.

Run by path (see renderer.py), never imported: so it holds neither Flask nor any secret of the portal, and whatever a
document does to xhtml2pdf ends with this process. Standard input is a socket. A request is how many seconds it may take,
its length and the HTML, with the descriptor of its slot if it has one; the answer is + or -, its length, and the PDF
or why there is none. Afterwards the process goes on, unless it failed or grew: then the next document begins clean.
"""

import io
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent
MEMORY = 1 << 30  # bytes
GROWN = 192 << 20  # bytes; an ordinary bill leaves it at some 75 MiB
DOCUMENTS = 1000
IDLE = 300  # seconds
KINDER = 10
REQUEST, ANSWER = struct.Struct(">HI"), struct.Struct(">cI")


def main() -> int:
    """0 when it was no longer needed, had done many documents or had grown."""
    limit()
    # Imported under the limits.
    convert = converter()
    channel = socket.socket(fileno=sys.stdin.fileno())
    for _ in range(DOCUMENTS):
        channel.settimeout(IDLE)
        try:
            seconds, html, slot = receive(channel)
        except (TimeoutError, EOFError, ConnectionError):
            return 0
        # Kills it, also where the parent that waited is gone.
        signal.alarm(seconds)
        try:
            sign, content = b"+", convert(html, seconds)
        except Exception as error:
            sign, content = b"-", f"{type(error).__name__}: {error}"[-500:].encode(errors="replace")
        signal.alarm(0)
        # Before the answer: whoever reads it may want the slot again at once.
        if slot is not None:
            os.close(slot)
        channel.settimeout(IDLE)
        try:
            channel.sendall(ANSWER.pack(sign, len(content)) + content)
        except (TimeoutError, ConnectionError):  # nobody waits for it any more
            return 0
        if sign == b"-":
            return 1
        if memory() > GROWN:
            return 0
    return 0


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(KINDER)  # pages go first
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # A server that is told to end finishes its answers first; this ends with it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def memory() -> int:
    """What it holds now. Not ru_maxrss, which begins with that of the process that started this one."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def receive(channel: socket.socket) -> tuple[int, bytes, int | None]:
    """The next request: its seconds, its HTML, its slot. Raises EOFError when there is nobody to ask."""
    head, slots, _, _ = socket.recv_fds(channel, REQUEST.size, 1)
    if len(head) < REQUEST.size:
        raise EOFError
    seconds, size = REQUEST.unpack(head)
    html = bytearray()
    while len(html) < size:
        part = channel.recv(min(size - len(html), 1 << 20))
        if not part:
            raise EOFError
        html += part
    return seconds, bytes(html), slots[0] if slots else None


def converter() -> Callable[[bytes, int], bytes]:
    """What makes a PDF of an HTML within some seconds."""
    import logging

    from svglib.fonts import register_font
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    # Of what was refused or unknown in a document; what fails is answered.
    logging.disable()
    # Otherwise svglib takes whatever font the machine has.
    register_font("DejaVu Sans Condensed", str(FOLDER / "fuentes" / "DejaVuSansCondensed.ttf"))

    def convert(html: bytes, seconds: int) -> bytes:
        pdf = io.BytesIO()
        policy = ResourceAccessPolicy.server(FOLDER / "fuentes", allow_remote=False, max_render_seconds=seconds)
        result = pisa.CreatePDF(html, dest=pdf, encoding="utf-8", path=str(FOLDER / "documento.html"), resource_policy=policy)
        if result.err:
            raise ValueError(f"{result.err} errors in the document")
        return pdf.getvalue()

    return convert


if __name__ == "__main__":
    sys.exit(main())
