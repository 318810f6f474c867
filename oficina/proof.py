"""Proof that a person holds a bill: the number of a recent one of that code (setting PRUEBA_FACTURA).

Registration, taking one more code and Pago rápido answer the same question, so whoever guesses is counted in all of them
together: few tries a day for each code and address, and for each code from anywhere. Who is signed in is counted by account
instead, so that others at the same address cannot use up their tries.
"""

import re

from flask import current_app

from .limits import take_back, within
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
    if not may_try(codigo, who):
        return False
    recent = {plain(row[0]) for row in Factura.recientes(codigo, current_app.config["PRUEBA_FACTURAS"])}
    return plain(numero or "") in recent


def may_try(codigo: str, who: str) -> bool:
    """Count one more try of ``who`` with ``codigo``; whether any was left today."""
    return within("prueba", f"{codigo} {who}", TRIES, DAY) and within("prueba-codigo", codigo, TRIES_PER_CODE, DAY)


def was_right(codigo: str, who: str) -> None:
    """Take back a try of ``may_try`` that was right: who pays a bill now and then would have none left to register with.

    Nobody guesses better for it: who was right knows what there was to guess.
    """
    take_back("prueba", f"{codigo} {who}")
    take_back("prueba-codigo", codigo)


def plain(numero: str) -> str:
    """A bill number as people type it: without blanks, hyphens and leading zeros, in capitals."""
    return re.sub(r"[\s.\-]", "", numero).upper().lstrip("0") or "-"
