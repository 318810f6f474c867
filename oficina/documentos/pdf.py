"""HTML to PDF in a short-lived process that can be killed, at most two at a time on the machine.

xhtml2pdf renders one document at a time a process, under a lock, and a hostile or huge document may keep it
busy: neither must hold up the pages of others.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

CHILD = Path(__file__).with_name("proceso.py")
SECONDS = 20
SLOTS = 2
PATIENCE = 10  # seconds to wait for a slot
POLL = 0.05


class RenderError(Exception):
    """There is no PDF: the process died, took too long, or none was free. Trying later may help (503)."""


def render(html: str) -> bytes:
    """The PDF of a document, within 30 seconds at most. Raises RenderError.

    It may use the fonts in ``fuentes/`` and ``data:`` images; nothing else of the disk and nothing of the network.
    """
    with _slot(Path(current_app.config["INSTANCIA"]) / "cache") as slot:
        try:
            done = subprocess.run(  # noqa: S603 - fixed command, the document goes in by standard input
                [sys.executable, "-I", str(CHILD)],
                input=html.encode(errors="replace"),
                capture_output=True,
                timeout=SECONDS,
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # no secrets from the environment
                pass_fds=(slot,),  # the slot stays taken while the child lives, even without its parent
            )
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"no PDF after {SECONDS} s") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise RenderError(f"status {done.returncode}: {done.stderr[-500:].decode(errors='replace')}")
    return done.stdout


@contextmanager
def _slot(folder: Path) -> Iterator[int]:
    """One of the slots of the machine, as the descriptor that holds its lock. Raises RenderError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = [os.open(folder / f"pdf-{n}.lock", os.O_RDWR | os.O_CREAT, 0o600) for n in range(SLOTS)]
    try:
        yield _first_free(files)
    finally:
        for file in files:
            os.close(file)


def _first_free(files: list[int]) -> int:
    """The descriptor that could be locked. Raises RenderError after ``PATIENCE`` seconds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for file in files:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            return file
        time.sleep(POLL)
    raise RenderError(f"no slot after {PATIENCE} s")
