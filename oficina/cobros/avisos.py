"""A notice of a gateway: its signature checked, kept, and answered; later worked through. By itself it moves nothing."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

from ..db import execute, is_sqlite, transactional, utcnow
from ..models import AvisoRecibido, Intento
from ..pasarelas.base import Aviso, AvisoIlegibleError, Pasarela, Transaccion
from . import verdad

KEEP_SQL = """
INSERT INTO aviso (pasarela, huella, referencia, cuerpo, dicho, recibido, intentos, proximo) VALUES (?, ?, ?, ?, ?, ?, 0, ?)
"""
KEEP_SQLITE = KEEP_SQL + "ON CONFLICT (pasarela, huella) DO NOTHING"
KEEP_MYSQL = KEEP_SQL + "ON DUPLICATE KEY UPDATE huella = VALUES(huella)"

# How long the gateway may take to answer what it has announced itself.
ESPERAS = (
    *(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10)),
    *(timedelta(hours=1), timedelta(hours=6), timedelta(days=1)),
)
SIN_INTENTO = "No hay un intento de pago con esa referencia."
HECHO = "La pasarela lo confirma."
NO_CONFIRMA = "La pasarela avisó un pago, o su devolución, que al preguntarle no confirma."


def recibir(pasarela: Pasarela, cuerpo: bytes, cabeceras: Mapping[str, str]) -> None:
    """Keep a notice for the worker; once this returns it is on disk. The same one again changes nothing.

    Raises FirmaError and AvisoIlegibleError, with nothing kept, and what the database raises where it cannot keep it.
    """
    aviso = pasarela.leer_aviso(cuerpo, cabeceras)
    try:
        text = cuerpo.decode("utf-8")
    except UnicodeDecodeError:
        raise AvisoIlegibleError from None
    now = str(utcnow())
    said = json.dumps(vars(aviso), ensure_ascii=False)
    row = (pasarela.nombre, hashlib.sha256(cuerpo).hexdigest(), aviso.referencia[:255], text, said, now, now)
    execute(KEEP_SQLITE if is_sqlite() else KEEP_MYSQL, *row)


@transactional  # MariaDB may see a deadlock where several workers claim
def reclamar(aviso: AvisoRecibido) -> bool:
    """Take a notice for this process: another worker sees it later, not now."""
    again = utcnow() + ESPERAS[min(aviso.intentos, len(ESPERAS) - 1)]
    free = (AvisoRecibido.id == aviso.id) & (AvisoRecibido.proximo == aviso.proximo)
    return AvisoRecibido.update(proximo=again, intentos=AvisoRecibido.intentos + 1).where(free).execute() == 1


def procesar(pasarela: Pasarela, aviso: AvisoRecibido) -> None:
    """Ask the gateway about what a notice announces, and do what it answers. Raises SinRespuestaError: then it stays due."""
    intento = Intento.get_or_none((Intento.referencia == aviso.referencia) & (Intento.pasarela == pasarela.nombre))
    if intento is None:
        terminar(aviso, SIN_INTENTO)
        return
    concluir(pasarela, aviso, intento.id, pasarela.consultar(aviso.referencia))


@transactional
def concluir(pasarela: Pasarela, aviso: AvisoRecibido, intento_id: int, transacciones: list[Transaccion]) -> None:
    """What the gateway answered, and the notice done with, together."""
    intento = verdad.aplicar(pasarela, intento_id, transacciones)
    said = Aviso(**json.loads(aviso.dicho))
    if why := verdad.diferencia(pasarela, intento, said):
        verdad.revisar(intento, why)
        verdad.mover(intento, "revision")
        terminar(aviso, why)
    elif said.estado not in verdad.CON_DINERO or any(confirma(one, said) for one in transacciones):
        terminar(aviso, HECHO)
    elif aviso.intentos >= len(ESPERAS):
        verdad.revisar(intento, NO_CONFIRMA)
        terminar(aviso, NO_CONFIRMA)


def confirma(una: Transaccion, said: Aviso) -> bool:
    """Whether a transaction is what was announced, or what became of it since. Not every notice names its transaction."""
    return said.transaccion in ("", una.id[:60]) and una.estado in (said.estado, "reversada")


def terminar(aviso: AvisoRecibido, resultado: str) -> None:
    AvisoRecibido.update(proximo=None, resultado=resultado[:200]).where(AvisoRecibido.id == aviso.id).execute()
