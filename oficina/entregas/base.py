"""Fixed SQL over many rows, the same on SQLite and MariaDB: look-ups by blocks of keys, and upserts."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache

from peewee import __exception_wrapper__

from ..db import db, fetch, is_sqlite
from .columnas import Archivo

BLOQUE = 1000


def vacia(tabla: str) -> bool:
    return not fetch(f"SELECT 1 FROM {tabla} LIMIT 1")  # noqa: S608 (a name of columnas.py)


def buscar(consulta: str, claves: Iterable[str]) -> Iterator[tuple]:
    """The rows of ``consulta``, which ends in ``IN``, for any number of keys."""
    claves = list(claves)
    for inicio in range(0, len(claves), BLOQUE):
        bloque = claves[inicio : inicio + BLOQUE]
        # Always as many marks, so that there is one text to prepare.
        bloque += bloque[-1:] * (BLOQUE - len(bloque))
        yield from fetch(f"{consulta} ({marcas(BLOQUE)})", *bloque)


def ejecutar(sql: str, filas: list[tuple]) -> None:
    """Run ``sql``, with ``?`` marks, once per row, within the transaction that is open."""
    if not filas:
        return
    # Peewee's own exceptions, for transactional() to know a deadlock.
    with __exception_wrapper__, closing(db.cursor()) as cursor:
        cursor.executemany(sql if is_sqlite() else sql.replace("?", "%s"), filas)


def guardar(archivo: Archivo, filas: list[tuple]) -> None:
    """Insert rows, or update those whose key exists."""
    ejecutar(sql_guardar(archivo, is_sqlite()), filas)


@cache
def marcas(cuantas: int) -> str:
    return ", ".join("?" * cuantas)


@cache
def sql_guardar(archivo: Archivo, sqlite: bool) -> str:
    otras = [nombre for nombre in archivo.nombres if nombre not in archivo.clave]
    # PyMySQL joins rows into one statement only where "VALUES (...)" is written so.
    insertar = f"INSERT INTO {archivo.tabla} ({', '.join(archivo.nombres)}) VALUES ({marcas(len(archivo.nombres))})"  # noqa: S608
    if sqlite:
        cambios = ", ".join(f"{nombre} = excluded.{nombre}" for nombre in otras)
        return f"{insertar} ON CONFLICT ({', '.join(archivo.clave)}) DO UPDATE SET {cambios}"
    cambios = ", ".join(f"{nombre} = VALUES({nombre})" for nombre in otras)
    return f"{insertar} ON DUPLICATE KEY UPDATE {cambios}"


@cache
def sql_existentes(archivo: Archivo) -> str:
    """Rows as deliveries bring them: days as text on both engines."""
    columnas = [f"CAST({c.nombre} AS CHAR)" if c.es_dia else c.nombre for c in archivo.columnas]
    return f"SELECT {', '.join(columnas)} FROM {archivo.tabla} WHERE {archivo.clave[0]} IN"  # noqa: S608
