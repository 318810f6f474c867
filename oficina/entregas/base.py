"""Fixed SQL over many rows, the same on SQLite and MariaDB: look-ups by blocks of keys, versions added and ended."""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache

from peewee import __exception_wrapper__

from ..db import db, fetch, is_sqlite
from ..models import SIN_BAJA
from .columnas import Archivo
from .traduccion import Recuerdo

BLOQUE = 1000
ORDEN_BYTES = 1 << 20  # of one statement: a server may refuse more than max_allowed_packet


def vacia(tabla: str) -> bool:
    return not fetch(f"SELECT 1 FROM {tabla}_version LIMIT 1")  # noqa: S608 (a name of columnas.py)


def buscar(consulta: str, claves: Iterable[str], *otros: str) -> Iterator[tuple]:
    """The rows of ``consulta``, whose first ``IN (?)`` stands for any number of keys; ``otros`` are for marks after it."""
    claves = list(claves)
    completa = consulta.replace("IN (?)", f"IN ({marcas(BLOQUE)})", 1)
    for inicio in range(0, len(claves), BLOQUE):
        bloque = claves[inicio : inicio + BLOQUE]
        # Always as many marks, so that there is one text to prepare.
        bloque += bloque[-1:] * (BLOQUE - len(bloque))
        yield from fetch(completa, *bloque, *otros)


def ejecutar(sql: str, filas: list[tuple]) -> None:
    """Run ``sql``, with ``?`` marks, once per row, within the transaction that is open."""
    if not filas:
        return
    # Peewee's own exceptions, for transactional() to know a deadlock.
    with __exception_wrapper__, closing(db.cursor()) as cursor:
        cursor.executemany(sql if is_sqlite() else sql.replace("?", "%s").replace("OR IGNORE", "IGNORE"), filas)


def agregar(archivo: Archivo, filas: list[tuple], entrega: int) -> None:
    """Add these rows as versions of the delivery; nobody sees them before it is published."""
    version = f"{int(entrega)}, {SIN_BAJA}"
    if is_sqlite():
        ejecutar(f"{sql_agregar(archivo)} ({marcas(len(archivo.nombres))}, {version})", filas)
    elif filas:
        fila = f"({', '.join(['%s'] * len(archivo.nombres))}, {version})"
        columnas = zip(literales(archivo), zip(*filas, strict=True), strict=True)
        textos = [recuerdo.columna(valores) for recuerdo, valores in columnas]
        listas = list(map(fila.__mod__, zip(*textos, strict=True)))
        cuantas = max(1, len(listas) * ORDEN_BYTES // sum(map(len, listas)))
        with __exception_wrapper__, closing(db.cursor()) as cursor:
            for inicio in range(0, len(listas), cuantas):
                cursor.execute(f"{sql_agregar(archivo)} {', '.join(listas[inicio : inicio + cuantas])}")


@cache
def literales(archivo: Archivo) -> list[Recuerdo]:
    """The values of each column as PyMySQL writes them in SQL.

    Its executemany escapes every value of every row anew, and takes twice as long.
    """
    return [Recuerdo(lambda valor: db.connection().escape(valor)) for _ in archivo.columnas]


def terminar(archivo: Archivo, claves: list[tuple], entrega: int) -> None:
    """End the live versions of these keys; they are seen until the delivery is published."""
    ejecutar(sql_terminar(archivo), [(entrega, *clave) for clave in claves])


def reemplazadas(entrega: int, tabla: str, claves: Iterable[str]) -> None:
    """Remember the keys of versions that were ended."""
    sql = "INSERT OR IGNORE INTO reemplazo (entrega, tabla, clave) VALUES (?, ?, ?)"
    ejecutar(sql, [(entrega, tabla, clave) for clave in claves])


@cache
def marcas(cuantas: int) -> str:
    return ", ".join("?" * cuantas)


@cache
def sql_agregar(archivo: Archivo) -> str:
    return f"INSERT INTO {archivo.tabla}_version ({', '.join((*archivo.nombres, 'alta', 'baja'))}) VALUES"


@cache
def sql_terminar(archivo: Archivo) -> str:
    claves = " AND ".join(f"{nombre} = ?" for nombre in archivo.clave)
    return f"UPDATE {archivo.tabla}_version SET baja = ? WHERE {claves} AND baja = {SIN_BAJA}"  # noqa: S608


def vivas(archivo: Archivo, claves: Iterable[str], entrega: int) -> Iterator[tuple]:
    """Live rows of these keys as deliveries bring them, days as text; without those of the delivery itself."""
    filas = buscar(sql_vivas(archivo, entrega, is_sqlite()), claves)
    # PyMySQL takes a microsecond or two for each value; for a row in one text, hardly more in all.
    return filas if is_sqlite() else (tuple(json.loads(texto)) for (texto,) in filas)


@cache
def sql_vivas(archivo: Archivo, entrega: int, sqlite: bool) -> str:
    columnas = ", ".join(f"CAST({c.nombre} AS CHAR)" if c.es_dia else c.nombre for c in archivo.columnas)
    return (
        f"SELECT {columnas if sqlite else f'JSON_ARRAY({columnas})'} FROM {archivo.tabla}_version"  # noqa: S608
        f" WHERE {archivo.clave[0]} IN (?) AND baja = {SIN_BAJA} AND alta <> {int(entrega)}"
    )
