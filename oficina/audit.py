"""The audit trail: one row written beside each act on an account, in the same transaction."""

import getpass
import os

from flask import has_request_context, request

from .db import utcnow
from .models import Bitacora


def operator() -> str:
    """Who acts from the command line: behind sudo, the person who used it."""
    return f"sistemas:{os.environ.get('SUDO_USER') or getpass.getuser()}"


def record(
    event: str, cuenta_id: int | None = None, codigo: str | None = None, actor: str = "cliente", detalle: str | None = None
) -> None:
    """Write down an act. ``detalle`` must hold no password, token or personal data beyond the code."""
    ip = (request.remote_addr or "")[:45] if has_request_context() else None
    detail = detalle[:500] if detalle else None
    Bitacora.create(momento=utcnow(), evento=event, actor=actor[:80], cuenta_id=cuenta_id, codigo=codigo, ip=ip, detalle=detail)
