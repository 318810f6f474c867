"""When the gateway is asked about an attempt: often while its customer waits, then less and less."""

from datetime import datetime, timedelta

from ..db import utcnow
from ..models import Intento
from ..models.intento import OCUPAN, SIN_PAGO

PRIMERA = timedelta(seconds=10)
# Up to an age, how long until the gateway is asked again.
ESPERAS = (
    (timedelta(minutes=1), PRIMERA),
    (timedelta(minutes=3), timedelta(seconds=15)),
    (timedelta(minutes=10), timedelta(seconds=30)),
    (timedelta(minutes=30), timedelta(minutes=1)),
    (timedelta(hours=2), timedelta(minutes=5)),
    (timedelta(hours=12), timedelta(minutes=15)),
    (timedelta(days=3), timedelta(hours=1)),
)
# Of one that has ended without a payment: the notice of a late approval may be lost. Of one that is open for so long that
# the gateway must have been away: until it answers, nobody can begin to pay its codes again.
DESPUES = timedelta(days=1)
# An attempt of which the gateway knows nothing was abandoned; one that waits for the bank may do so for some days.
ABANDONADO = timedelta(minutes=30)
SIN_RESPUESTA = timedelta(days=3)
# One that was left to a person keeps its codes for no longer: anybody can bring one there (decision 0011).
EN_REVISION = timedelta(days=1)
OLVIDADO = timedelta(days=8)


def proximo(intento: Intento) -> datetime | None:
    """When (UTC) the gateway is to be asked next; None where only a notice may still change it."""
    now = utcnow()
    age = now - intento.creado
    if intento.estado not in OCUPAN and (intento.estado not in SIN_PAGO or age > OLVIDADO):
        return None
    waits = [] if intento.estado in ("vencido", "cancelado") and age > ABANDONADO else ESPERAS
    return now + next((wait for until, wait in waits if age < until), DESPUES)


def vencido(intento: Intento) -> bool:
    """Whether it is open for longer than it may be."""
    since = intento.cambiado if intento.estado == "revision" else intento.creado
    most = {"creado": ABANDONADO, "pendiente": SIN_RESPUESTA, "revision": EN_REVISION}.get(intento.estado)
    return most is not None and utcnow() - since > most
