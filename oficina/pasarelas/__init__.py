"""Ways to pay online (setting PASARELA): the utility's own payment portal (``enlace``), or a gateway that charges.

A new gateway is a file with a class that keeps ``base.Pasarela``, its settings, and its line in ``de_nombre``.
"""

from collections.abc import Mapping

from . import payu, simulada, wompi
from .base import (
    ESTADOS,
    Aviso,
    AvisoIlegibleError,
    Cobro,
    FirmaError,
    Pasarela,
    Salida,
    SinRespuestaError,
    Transaccion,
)
from .enlace import Enlace, enlace

__all__ = [
    "ESTADOS",
    "Aviso",
    "AvisoIlegibleError",
    "Cobro",
    "Enlace",
    "FirmaError",
    "Pasarela",
    "Salida",
    "SinRespuestaError",
    "Transaccion",
    "de_nombre",
    "enlace",
    "pasarela",
]


def pasarela(settings: Mapping) -> Pasarela | None:
    """The gateway that new payments go through; None where PASARELA=enlace."""
    return de_nombre(settings, settings["PASARELA"])


def de_nombre(settings: Mapping, nombre: str) -> Pasarela | None:
    """A gateway whose keys are all set, also one that new payments no longer go through; None for any other name."""
    if nombre == "payu":
        return payu.de_ajustes(settings)
    if nombre == "wompi":
        return wompi.de_ajustes(settings)
    if nombre == "simulada" and settings["ENTORNO"] != "produccion":
        return simulada.de_ajustes(settings)
    return None
