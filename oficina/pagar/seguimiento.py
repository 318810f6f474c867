"""What the page of an attempt shows, and how often it looks for news."""

from datetime import timedelta
from typing import Any

from flask import current_app

from ..db import utcnow
from ..documentos.comprobante import CON_COMPROBANTE, Asiento
from ..models import Intento
from ..models.intento import SIN_PAGO
from ..pasarelas import Pasarela, de_nombre

# Up to an age of the attempt, how many seconds until its page looks again.
ESPERAS = ((timedelta(minutes=5), 3), (timedelta(hours=1), 15))
DESPUES = 60
# Where it came to nothing, an approval may still come late.
POR_SI_ACASO = (timedelta(hours=1), 20)


def cada(intento: Intento) -> int | None:
    """How many seconds until its page looks again; None where there is no more to wait for."""
    age = utcnow() - intento.creado
    if intento.estado in SIN_PAGO:
        until, seconds = POR_SI_ACASO
        return seconds if age < until else None
    if intento.abierto:
        return next((seconds for until, seconds in ESPERAS if age < until), DESPUES)
    return None


def visto(intento: Intento) -> str:
    """What tells one look of its page from the next: with the same there is nothing to swap."""
    return f"{intento.estado}-{cada(intento)}"


def titulo(intento: Intento) -> str:
    """The name of its gateway, as the customer knows it."""
    pasarela = pasarela_de(intento)
    return pasarela.titulo if pasarela else "la pasarela de pagos"


def pasarela_de(intento: Intento) -> Pasarela | None:
    """Its gateway, which may no longer be that of new payments; None where its keys were taken away."""
    return de_nombre(current_app.config, intento.pasarela)


def datos(intento: Intento, volvio: bool) -> dict[str, Any]:
    """What its page needs. ``volvio``: the customer comes from the gateway, says the address; it is believed of no payment."""
    shown = {"intento": intento, "titulo": titulo(intento), "lineas": list(intento.facturas())}
    shown |= {"visto": visto(intento), "cada": cada(intento), "volvio": volvio}
    return shown | {"asiento": Asiento.de(intento) if intento.estado in CON_COMPROBANTE else None}
