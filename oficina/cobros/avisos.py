"""A notice of a gateway: its signature checked, kept, and answered; later worked through. By itself it moves nothing."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

from peewee import fn

from ..db import execute, fetch, is_sqlite, transactional, utcnow
from ..models import AvisoRecibido, Intento
from ..pasarelas.base import Aviso, AvisoIlegibleError, Pasarela, Transaccion
from . import verdad
from .decisiones import decidido

# A reference has a few notices; of one that has many, somebody sends the same one with something added that is not signed.
MOST = 50
KEPT_SQL = "SELECT COUNT(*), MAX(huella = ?) FROM aviso WHERE referencia = ? AND pasarela = ?"
KEEP_SQL = """
INSERT INTO aviso (pasarela, huella, referencia, cuerpo, dicho, recibido, intentos, proximo) VALUES (?, ?, ?, ?, ?, ?, 0, ?)
"""
ASK_SQL = "UPDATE intento SET proximo = ? WHERE referencia = ? AND pasarela = ?"
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

    Beyond MOST of one reference none is kept: the gateway is asked about it all the same. Raises FirmaError and
    AvisoIlegibleError, with nothing kept, and what the database raises where it cannot keep it.
    """
    aviso = pasarela.leer_aviso(cuerpo, cabeceras)
    try:
        text = cuerpo.decode("utf-8")
    except UnicodeDecodeError:
        raise AvisoIlegibleError from None
    now, huella, referencia = str(utcnow()), hashlib.sha256(cuerpo).hexdigest(), aviso.referencia[:255]
    many, known = fetch(KEPT_SQL, huella, referencia, pasarela.nombre)[0]
    if known:
        return
    if many >= MOST:
        execute(ASK_SQL, now, referencia, pasarela.nombre)
        return
    said = json.dumps(vars(aviso), ensure_ascii=False)
    row = (pasarela.nombre, huella, referencia, text, said, now, now)
    execute(KEEP_SQLITE if is_sqlite() else KEEP_MYSQL, *row)


def por_atender(intento: Intento) -> bool:
    """Whether a notice came that tells of its money, or of a bank that is thinking, and the gateway could not be asked yet."""
    mine = (AvisoRecibido.referencia == intento.referencia) & (AvisoRecibido.pasarela == intento.pasarela)
    due = AvisoRecibido.select(AvisoRecibido.dicho).where(mine & AvisoRecibido.proximo.is_null(False))
    return any(json.loads(aviso.dicho)["estado"] in verdad.DE_VERAS for aviso in due)


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
        terminar(aviso, SIN_INTENTO, aviso.id)
        return
    last = AvisoRecibido.select(fn.MAX(AvisoRecibido.id)).where(iguales(aviso)).scalar()
    concluir(pasarela, aviso, intento.id, pasarela.consultar(aviso.referencia), last)


@transactional
def concluir(pasarela: Pasarela, aviso: AvisoRecibido, intento_id: int, transacciones: list[Transaccion], hasta: int) -> None:
    """What the gateway answered, and the notice done with, together; so are those that say the same, up to the id ``hasta``."""
    intento = verdad.aplicar(pasarela, intento_id, transacciones)
    said = Aviso(**json.loads(aviso.dicho))
    if why := verdad.diferencia(pasarela, intento, said):
        # It need not be about this attempt at all: what has ended stays so, and its codes free.
        if not decidido(intento) and verdad.revisar(intento, why) and intento.abierto:
            verdad.mover(intento, "revision")
        terminar(aviso, why, hasta)
    elif said.estado not in verdad.CON_DINERO or any(confirma(one, said) for one in transacciones):
        terminar(aviso, HECHO, hasta)
    elif aviso.intentos >= len(ESPERAS):
        if not decidido(intento):
            verdad.revisar(intento, NO_CONFIRMA)
        terminar(aviso, NO_CONFIRMA, hasta)


def confirma(una: Transaccion, said: Aviso) -> bool:
    """Whether a transaction is what was announced, or what became of it since. Not every notice names its transaction."""
    return said.transaccion in ("", una.id[:60]) and una.estado in (said.estado, "reversada")


def iguales(aviso: AvisoRecibido):
    """Those that wait and say the same, as a condition: one answer of the gateway is enough for all."""
    same = (AvisoRecibido.pasarela == aviso.pasarela) & (AvisoRecibido.dicho == aviso.dicho)
    return (AvisoRecibido.referencia == aviso.referencia) & same & AvisoRecibido.proximo.is_null(False)


def terminar(aviso: AvisoRecibido, resultado: str, hasta: int) -> None:
    done = AvisoRecibido.update(proximo=None, resultado=resultado[:200])
    done.where(iguales(aviso) & (AvisoRecibido.id <= hasta)).execute()
