"""Removes versions that nobody may see any more, a few at a time: what is left of deliveries that did not come to their
end or were undone, and what the last but one replaced. Also takes back the last delivery."""

from collections.abc import Callable, Iterable

from ..db import execute, fetch, transactional
from ..models import SIN_BAJA, Entrega
from .base import ejecutar
from .columnas import ARCHIVOS, CONCEPTOS, FACTURAS, RECAUDOS, Archivo

POCAS = 500
TABLAS = (*ARCHIVOS, RECAUDOS)

Avance = Callable[[int], None]

DESMARCAR_SQL = """
UPDATE asociacion SET revisar = NULL, ve_hasta = NULL
 WHERE revisar >= ? AND codigo IN (SELECT clave FROM reemplazo WHERE entrega = ? AND tabla = 'titular')
"""


class NoSeDeshaceError(Exception):
    """The delivery cannot be taken back; the message is Spanish."""


def limpiar(avance: Avance = lambda mas: None) -> None:
    """Before a delivery is written: nothing may be left that its publication would show. Can be stopped and repeated.

    Only who holds the lock may call it: an open delivery is one that did not come to its end.
    """
    Entrega.update(estado="interrumpida").where(Entrega.estado == "abierta").execute()
    ultima = Entrega.ultima()
    # As a list: while a query is being read, SQLite refuses to write what others wrote in after it began.
    for entrega in list(Entrega.select().where(Entrega.restos == 1).order_by(Entrega.id.desc())):
        if entrega.estado != "publicada":
            retirar(entrega.id, avance)
        elif entrega.id != ultima.id:
            olvidar(entrega.id, avance)


def deshacer(numero: int) -> None:
    """Take back the last published delivery: customers see at once what they saw before it. Raises NoSeDeshaceError.

    Its rows are left for ``limpiar``.
    """
    ultima = Entrega.ultima()
    if ultima is None or ultima.id != numero:
        cual = f"La última publicada es la {ultima.id}." if ultima else "No hay ninguna publicada."
        raise NoSeDeshaceError(f"Solo se puede deshacer la última entrega publicada. {cual}")
    if not ultima.restos:
        raise NoSeDeshaceError(f"Lo que reemplazó la entrega {numero} ya no se conserva.")
    ocultar(ultima)


@transactional
def ocultar(entrega: Entrega) -> None:
    Entrega.update(estado="deshecha").where((Entrega.id == entrega.id) & (Entrega.estado == "publicada")).execute()
    execute(DESMARCAR_SQL, str(entrega.publicada), entrega.id)


def retirar(entrega: int, avance: Avance) -> None:
    """Remove the versions of a delivery that is not published, and make those it ended live again."""
    # Lines are found through their bills, so they go first.
    while numeros := nuevas(FACTURAS, entrega):
        retirar_facturas(entrega, numeros)
        avance(len(numeros))
    while numeros := reemplazos(entrega, CONCEPTOS.tabla):
        revivir(CONCEPTOS, entrega, numeros)
        avance(len(numeros))
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
def retirar_facturas(entrega: int, numeros: list[str]) -> None:
    borrar(CONCEPTOS, "alta", entrega, numeros)
    borrar(FACTURAS, "alta", entrega, numeros)


@transactional
def borrar_nuevas(archivo: Archivo, entrega: int, claves: list[str]) -> None:
    borrar(archivo, "alta", entrega, claves)


@transactional
def revivir(archivo: Archivo, entrega: int, claves: list[str]) -> None:
    borrar(archivo, "alta", entrega, claves)
    sql = f"UPDATE {archivo.tabla}_version SET baja = {SIN_BAJA} WHERE {archivo.clave[0]} = ? AND baja = ?"  # noqa: S608
    ejecutar(sql, [(clave, entrega) for clave in claves])
    olvidar_claves(archivo, entrega, claves)


@transactional
def borrar_reemplazadas(archivo: Archivo, entrega: int, claves: list[str]) -> None:
    borrar(archivo, "baja", entrega, claves)
    olvidar_claves(archivo, entrega, claves)


@transactional
def terminar(entrega: int) -> None:
    execute("DELETE FROM reemplazo WHERE entrega = ?", entrega)
    Entrega.update(restos=0).where(Entrega.id == entrega).execute()


def borrar(archivo: Archivo, columna: str, entrega: int, claves: Iterable[str]) -> None:
    sql = f"DELETE FROM {archivo.tabla}_version WHERE {archivo.clave[0]} = ? AND {columna} = ?"  # noqa: S608
    ejecutar(sql, [(clave, entrega) for clave in claves])


def olvidar_claves(archivo: Archivo, entrega: int, claves: Iterable[str]) -> None:
    sql = "DELETE FROM reemplazo WHERE entrega = ? AND tabla = ? AND clave = ?"
    ejecutar(sql, [(entrega, archivo.tabla, clave) for clave in claves])
