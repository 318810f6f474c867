"""Removes versions that nobody may see any more, a few at a time: what is left of deliveries that did not come to their
end or were undone, and what the last but one replaced. Also takes back the last delivery."""

from collections.abc import Callable, Iterable

from ..audit import record
from ..db import execute, fetch, transactional
from ..formats import hoy
from ..models import SIN_BAJA, Entrega
from .base import ejecutar
from .columnas import ARCHIVOS, CONCEPTOS, FACTURAS, RECAUDOS, Archivo
from .en_linea import reconocer

POCAS = 500
TABLAS = (*ARCHIVOS, RECAUDOS)

Avance = Callable[[int], None]

DESMARCAR_SQL = """
UPDATE asociacion SET revisar = NULL, ve_hasta = NULL
 WHERE revisar >= ? AND codigo IN (SELECT clave FROM reemplazo WHERE entrega = ? AND tabla = 'titular')
"""


class NoSeDeshaceError(Exception):
    """The delivery cannot be taken back; the message is Spanish."""


def limpiar(avance: Avance = lambda mas: None, solo_lo_interrumpido: bool = False) -> None:
    """Before a delivery is written: nothing may be left that its publication would show. Can be stopped and repeated.

    With ``solo_lo_interrumpido``, what the deliveries before the last replaced stays, so that they can be undone.
    Only who holds the lock may call it: an open delivery is one that did not come to its end.
    """
    Entrega.update(estado="interrumpida").where(Entrega.estado == "abierta").execute()
    ultima = Entrega.ultima()
    # As a list: while a query is being read, SQLite refuses to write what others wrote in after it began.
    for entrega in list(Entrega.select().where(Entrega.restos == 1).order_by(Entrega.id.desc())):
        if entrega.estado != "publicada":
            retirar(entrega.id, avance)
        elif entrega.id != ultima.id and not solo_lo_interrumpido:
            olvidar(entrega.id, avance)


def deshacer(numero: int, quien: str, dias_pago: int) -> None:
    """Take back the last published delivery: customers see at once what they saw before it. Raises NoSeDeshaceError.

    ``quien`` takes it back, for the log; ``dias_pago`` as in en_linea. Its rows are left for ``limpiar``.
    """
    ultima = Entrega.ultima()
    if ultima is None or ultima.id != numero:
        cual = f"La última publicada es la {ultima.id}." if ultima else "No hay ninguna publicada."
        raise NoSeDeshaceError(f"Solo se puede deshacer la última entrega publicada. {cual}")
    if not ultima.restos:
        raise NoSeDeshaceError(f"Lo que reemplazó la entrega {numero} ya no se conserva.")
    ocultar(ultima, quien, dias_pago)


@transactional
def ocultar(entrega: Entrega, quien: str, dias_pago: int) -> None:
    Entrega.update(estado="deshecha").where((Entrega.id == entrega.id) & (Entrega.estado == "publicada")).execute()
    execute(DESMARCAR_SQL, str(entrega.publicada), entrega.id)
    reconocer(hoy(), dias_pago)
    record("entrega_deshecha", actor=quien, detalle=f"entrega {entrega.id}")


def retirar(entrega: int, avance: Avance) -> None:
    """Remove the versions of a delivery that is not published, and make those it ended live again."""
    for archivo in TABLAS:
        while archivo is not CONCEPTOS and (claves := nuevas(archivo, entrega)):
            borrar_nuevas(archivo, entrega, claves)
            avance(len(claves))
        while claves := reemplazos(entrega, archivo.tabla):
            revivir(archivo, entrega, claves)
            avance(len(claves))
    terminar(entrega)


def olvidar(entrega: int, avance: Avance) -> None:
    """Remove what a published delivery replaced: nobody can undo it any more."""
    for archivo in TABLAS:
        while claves := reemplazos(entrega, archivo.tabla):
            borrar_reemplazadas(archivo, entrega, claves)
            avance(len(claves))
    terminar(entrega)


def nuevas(archivo: Archivo, entrega: int) -> list[str]:
    sql = f"SELECT {archivo.clave[0]} FROM {archivo.tabla}_version WHERE alta = ? LIMIT {POCAS}"  # noqa: S608
    return [clave for (clave,) in fetch(sql, entrega)]


def reemplazos(entrega: int, tabla: str) -> list[str]:
    sql = f"SELECT clave FROM reemplazo WHERE entrega = ? AND tabla = ? LIMIT {POCAS}"  # noqa: S608
    return [clave for (clave,) in fetch(sql, entrega, tabla)]


@transactional
def borrar_nuevas(archivo: Archivo, entrega: int, claves: list[str]) -> None:
    if archivo is FACTURAS:
        # Lines are found through their bills, so they go with them.
        borrar_altas(CONCEPTOS, entrega, claves)
    borrar_altas(archivo, entrega, claves)


@transactional
def revivir(archivo: Archivo, entrega: int, claves: list[str]) -> None:
    borrar_altas(archivo, entrega, claves)
    sql = f"UPDATE {archivo.tabla}_version SET baja = {SIN_BAJA} WHERE {archivo.clave[0]} = ? AND baja = ?"  # noqa: S608
    ejecutar(sql, [(clave, entrega) for clave in claves])
    olvidar_claves(archivo, entrega, claves)


@transactional
def borrar_reemplazadas(archivo: Archivo, entrega: int, claves: list[str]) -> None:
    sql = f"DELETE FROM {archivo.tabla}_version WHERE {archivo.clave[0]} = ? AND baja = ?"  # noqa: S608
    ejecutar(sql, [(clave, entrega) for clave in claves])
    olvidar_claves(archivo, entrega, claves)


@transactional
def terminar(entrega: int) -> None:
    execute("DELETE FROM reemplazo WHERE entrega = ?", entrega)
    Entrega.update(restos=0).where(Entrega.id == entrega).execute()


def borrar_altas(archivo: Archivo, entrega: int, claves: Iterable[str]) -> None:
    # The "+" keeps SQLite from going through all rows of the delivery, by the index of alta, for each key.
    sql = f"DELETE FROM {archivo.tabla}_version WHERE {archivo.clave[0]} = ? AND baja = {SIN_BAJA} AND +alta = ?"  # noqa: S608
    ejecutar(sql, [(clave, entrega) for clave in claves])


def olvidar_claves(archivo: Archivo, entrega: int, claves: Iterable[str]) -> None:
    sql = "DELETE FROM reemplazo WHERE entrega = ? AND tabla = ? AND clave = ?"
    ejecutar(sql, [(entrega, archivo.tabla, clave) for clave in claves])
