"""What the page of an attempt shows, and how often it looks for news."""

from datetime import timedelta
from typing import Any

from flask import current_app

from ..db import utcnow
from ..documentos.comprobante import CON_COMPROBANTE, Asiento
from ..models import Intento
from ..pasarelas import Pasarela, de_nombre

# Up to an age of the attempt, how many seconds until its page looks again.
ESPERAS = ((timedelta(minutes=5), 3), (timedelta(hours=1), 15))
DESPUES = 60


def cada(intento: Intento) -> int:
    age = utcnow() - intento.creado
    return next((seconds for until, seconds in ESPERAS if age < until), DESPUES)


def visto(intento: Intento) -> str:
    """What tells one look of its page from the next: with the same there is nothing to swap."""
    return f"{intento.estado}-{cada(intento)}" if intento.abierto else intento.estado


def titulo(intento: Intento) -> str:
    """The name of its gateway, as the customer knows it."""
    pasarela = pasarela_de(intento)
    return pasarela.titulo if pasarela else "la pasarela de pagos"


def pasarela_de(intento: Intento) -> Pasarela | None:
    """Its gateway, which may no longer be that of new payments; None where its keys were taken away."""
    return de_nombre(current_app.config, intento.pasarela)


def datos(intento: Intento) -> dict[str, Any]:
    """What its page needs."""
    shown = {"intento": intento, "titulo": titulo(intento), "lineas": list(intento.facturas())}
    shown |= {"visto": visto(intento), "cada": cada(intento)}
    return shown | {"asiento": Asiento.de(intento) if intento.estado in CON_COMPROBANTE else None}
