"""Proof that a person holds a bill: the number of a recent one of that code (setting PRUEBA_FACTURA)."""

import re

from flask import current_app

from .limits import within
from .models import Factura

TRIES = 5
TRIES_PER_CODE = 60
DAY = 24 * 60 * 60


def holds_bill(codigo: str, numero: str | None, who: str) -> bool:
    """Whether ``numero`` is one of the latest bills of ``codigo``. Tries are counted before the check.

    ``who`` asks (an account or an address): few tries for each, so that a stranger cannot use up those of the owner.
    """
    if not current_app.config["PRUEBA_FACTURA"]:
        return True
    if not (within("prueba", f"{codigo} {who}", TRIES, DAY) and within("prueba-codigo", codigo, TRIES_PER_CODE, DAY)):
        return False
    recent = {plain(row[0]) for row in Factura.recientes(codigo, current_app.config["PRUEBA_FACTURAS"])}
    return plain(numero or "") in recent


def plain(numero: str) -> str:
    """A bill number as people type it: without blanks, hyphens and leading zeros, in capitals."""
    return re.sub(r"[\s.\-]", "", numero).upper().lstrip("0") or "-"
