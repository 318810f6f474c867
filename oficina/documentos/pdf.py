"""HTML to PDF in a short-lived process that can be killed, at most two at a time on the machine.

xhtml2pdf renders one document at a time a process, under a lock, and a hostile or huge document may keep it
busy: neither must hold up the pages of others.
"""

import os
import subprocess
import sys
from pathlib import Path

from .. import cache

CHILD = Path(__file__).with_name("proceso.py")
SECONDS = 20
SLOTS = 2
PATIENCE = 2  # seconds to wait for a slot


class RenderError(Exception):
    """There is no PDF: the process died, took too long, or none was free. Trying later may help (503)."""


def render(html: str) -> bytes:
    """The PDF of a document, within 22 seconds at most; made once for the same HTML. Raises RenderError.

    It may use the fonts in ``fuentes/`` and ``data:`` images; nothing else of the disk and nothing of the network.
    """
    try:
        return cache.kept("pdf", html, lambda slot: run(html, slot), SLOTS, PATIENCE)
    except cache.BusyError as error:
        raise RenderError(str(error)) from error


def run(html: str, slot: int) -> bytes:
    """The child that renders; it holds the slot while it lives, even without its parent. Raises RenderError."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed command, the document goes in by standard input
            [sys.executable, "-I", str(CHILD)],
            input=html.encode(errors="replace"),
            capture_output=True,
            timeout=SECONDS,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # no secrets from the environment
            pass_fds=(slot,),
        )
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"no PDF after {SECONDS} s") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise RenderError(f"status {done.returncode}: {done.stderr[-500:].decode(errors='replace')}")
    return done.stdout
