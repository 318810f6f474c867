"""A process that renders documents one after the other, kept warm because its start costs three bills.

xhtml2pdf renders one document at a time a process, under a lock, and a hostile or huge document may keep it busy,
eat memory or leave something behind: so it is a process that can be killed, and after a failure there is another one.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

CHILD = Path(__file__).with_name("proceso.py")
REQUEST, ANSWER = struct.Struct(">HI"), struct.Struct(">cI")
LARGEST = 64 << 20  # bytes; an ordinary bill has 50 KB


class RenderError(Exception):
    """There is no PDF: the process died, took too long, or none was free. Trying later may help (503).

    ``motivo`` is the same for an operator, in Spanish.
    """

    def __init__(self, message: str = "", motivo: str = "no se pudo hacer"):
        super().__init__(message)
        self.motivo = motivo


class RetiredError(RenderError):
    """The process had ended by itself, as it does after many documents or when idle."""


class Renderer:
    """Not for two threads at once. After an error it is dead."""

    def __init__(self) -> None:
        """Raises RenderError."""
        self.done = 0  # documents
        self.channel, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = subprocess.Popen(  # noqa: S603 - fixed command
                    [sys.executable, "-I", str(CHILD)],
                    stdin=theirs,
                    stdout=subprocess.DEVNULL,
                    env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # no secrets from the environment
                    process_group=0,  # Ctrl-C is for its parent
                )
            except OSError as error:
                self.channel.close()
                raise RenderError(
                    f"no process: {error}", "no se pudo iniciar el proceso que la hace (¿falta memoria?)"
                ) from error

    def alive(self) -> bool:
        return self.process.poll() is None

    def render(self, html: bytes, seconds: int, slot: int | None) -> bytes:
        """The PDF, within some seconds; its process holds the slot meanwhile, even without this one. Raises RenderError."""
        try:
            pdf = self._ask(html, seconds, slot)
        except TimeoutError as error:
            self.close()
            raise RenderError(f"no PDF after {seconds} s", tarde(seconds)) from error
        except (EOFError, ConnectionError) as error:
            status = self.close()
            if status == 0 and self.done:
                raise RetiredError from error
            # Its own alarm may be first.
            late = status == -signal.SIGALRM
            raise RenderError(f"status {status}", tarde(seconds) if late else de_golpe(status)) from error
        except BaseException:
            self.close()
            raise
        self.done += 1
        return pdf

    def close(self) -> int:
        """The status with which it ended by itself, or was ended now."""
        self.channel.close()
        try:
            return self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def _ask(self, html: bytes, seconds: int, slot: int | None) -> bytes:
        deadline = time.monotonic() + seconds
        self.channel.settimeout(seconds)
        socket.send_fds(self.channel, [REQUEST.pack(seconds, len(html))], [] if slot is None else [slot])
        self.channel.sendall(html)
        sign, size = ANSWER.unpack(self._receive(ANSWER.size, deadline))
        if size > LARGEST:
            raise RenderError(f"a PDF of {size} bytes", f"su PDF es demasiado grande ({size >> 20} MB)")
        content = self._receive(size, deadline)
        if sign != b"+" or not content.startswith(b"%PDF-"):
            why = content[:500].decode(errors="replace")
            raise RenderError(why, f"el documento no se pudo convertir ({why})")
        return content

    def _receive(self, size: int, deadline: float) -> bytes:
        content = bytearray()
        while len(content) < size:
            # Zero would mean not to wait at all.
            self.channel.settimeout(max(deadline - time.monotonic(), 0.001))
            part = self.channel.recv(min(size - len(content), 1 << 20))
            if not part:
                raise EOFError
            content += part
        return bytes(content)


def tarde(seconds: int) -> str:
    return f"no quedó hecha en {seconds} segundos"


def de_golpe(status: int) -> str:
    """Why a process ended, by its status: negative for a signal."""
    como = f"código {status}" if status >= 0 else f"señal {-status}"
    return f"el proceso que la hacía terminó de golpe ({como}{': ¿falta memoria?' if status == -signal.SIGKILL else ''})"
