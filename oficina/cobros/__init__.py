"""Paying online, from the attempt to the ledger: begin → (the customer pays at the gateway) → notice → ask → move once.

Money moves in ``verdad.aplicar`` alone, and only by what the gateway answered when it was asked. The states of an attempt
and what leads from one to another: docs/estados.md.
"""

from .avisos import recibir
from .inicio import (
    CambioError,
    NadaPorPagarError,
    YaAbiertoError,
    cancelar,
    cobro_de,
    iniciar,
)
from .ronda import pasada

__all__ = [
    "CambioError",
    "NadaPorPagarError",
    "YaAbiertoError",
    "cancelar",
    "cobro_de",
    "iniciar",
    "pasada",
    "recibir",
]
