"""The signed link with which a bill is paid without an account: whose it is, and until when it serves.

Nothing is stored, and the same bill has the same link. Whoever holds one knows the code and the number of the bill, as
whoever holds the paper does.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from ..config import public_url
from ..formats import BOGOTA

MINUTOS = 30


@dataclass(frozen=True, slots=True)
class Enlace:
    """What a link says: the bill ``numero`` of ``codigo``."""

    numero: str
    codigo: str


def abierto(settings: Mapping[str, Any]) -> bool:
    """Whether bills are paid without an account here."""
    return settings["PAGO_RAPIDO"] and settings["PASARELA"] != "enlace"


def pasajero(numero: str, codigo: str) -> str:
    """The token of a bill that somebody just proved to hold: it serves MINUTOS."""
    return _firmar(numero, codigo, _minuto(time.time()) + MINUTOS)


def de_factura(numero: str, codigo: str, vence: date) -> str | None:
    """The token that a bill carries on paper and in mails; None where bills carry none."""
    dias = current_app.config["PAGO_ENLACE_DIAS"]
    if not (dias and abierto(current_app.config)):
        return None
    midnight = datetime.combine(vence + timedelta(days=dias + 1), clock(), BOGOTA)
    return _firmar(numero, codigo, _minuto(midnight.timestamp()))


def direccion(token: str) -> str:
    """The whole address of a token."""
    return f"{public_url(current_app.config)}/pago-rapido/{token}"


def leer(token: str) -> Enlace | None:
    """The bill of a token; None where it is forged, or its time is over."""
    try:
        numero, codigo, until = _serializer().loads(token)
    except BadData:
        return None
    return Enlace(numero, codigo) if _minuto(time.time()) < until else None


def _firmar(numero: str, codigo: str, until: int) -> str:
    return _serializer().dumps([numero, codigo, until])


def _minuto(seconds: float) -> int:
    """In whole minutes: the QR code is the smaller for it."""
    return int(seconds) // 60


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="enlace-de-pago")
