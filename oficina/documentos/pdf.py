"""HTML to PDF in processes that can be killed, at most two at a time on the machine; made once for the same HTML."""

import logging
import os
from collections import deque

from .. import cache
from .renderer import Renderer, RenderError, RetiredError

logger = logging.getLogger(__name__)

SECONDS = 20
SLOTS = 2
PATIENCE = 2  # seconds to wait for a slot
KIND = "pdf"

# Those of this process that have nothing to do; the last one used is the next one, so that the others retire when it is quiet.
IDLE: deque[Renderer] = deque()
# Two processes that share a renderer would read each other's documents.
os.register_at_fork(after_in_child=IDLE.clear)


def render(html: str) -> bytes:
    """The PDF of a document, within 23 seconds at most; made once for the same HTML. Raises RenderError.

    It may use the fonts in ``fuentes/`` and ``data:`` images; nothing else of the disk and nothing of the network.
    """
    try:
        return kept_or_made(html)
    except cache.BusyError as error:
        raise RenderError(str(error)) from error


def kept_or_made(html: str) -> bytes:
    try:
        return cache.kept(KIND, html, lambda slot: run(html, slot), SLOTS, PATIENCE)
    except OSError as error:  # a full disk, or a folder of another user
        logger.error("no se pueden guardar las facturas en PDF: %s", error)
        with cache.costly():
            return run(html)


def prepare(html: str) -> bool:
    """Make the PDF before anybody asks for it; False where there is one. It takes no slot. Raises RenderError, OSError."""
    digest = cache.address(html)
    if cache.stored(KIND, digest) is not None:
        return False
    cache.keep(KIND, digest, run(html))
    return True


def run(html: str, slot: int | None = None) -> bytes:
    """The PDF of a document, made now. Raises RenderError."""
    document = html.encode(errors="replace")
    while True:
        renderer = free_renderer()
        try:
            pdf = renderer.render(document, SECONDS, slot)
        except RetiredError:
            continue
        IDLE.append(renderer)
        return pdf


def free_renderer() -> Renderer:
    while True:
        try:
            renderer = IDLE.pop()
        except IndexError:
            return Renderer()
        if renderer.alive():
            return renderer
        renderer.close()
