"""The raw limit: the rows of a delivery, already parsed, into the same tables, with nothing else done to them.

    python -m bench.limite URL CARPETA ARCHIVO...        (predios, facturas, conceptos, pagos)

On SQLite the bare sqlite3 module and one transaction of executemany; on MariaDB LOAD DATA LOCAL INFILE and one commit.
Only the work of the engine is timed: reading the files and turning texts into values is not. It runs in a process of its
own, and prints the rows and the seconds as JSON. Afterwards the database is good for nothing: nobody marks the delivery
as published.
"""

import csv
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from .motores import conectar

# What belongs together: where the rows of each file go, and what is added to every row.
TABLAS = {"predios": "predio_version", "facturas": "factura_version", "conceptos": "concepto_version", "pagos": "pago_version"}
AGREGADAS = ("alta", "baja")
ALTA_SQL = "SELECT COALESCE(MAX(id), 0) + 1 FROM entrega"
VIVA = 2147483647

# Decimals kept of each column that is a number; the others are texts.
DECIMALES = dict.fromkeys(("estrato", "facturas_vencidas", "orden"), 0)
DECIMALES |= dict.fromkeys(("saldo_anterior", "intereses", "total", "valor"), 2)
DECIMALES |= dict.fromkeys(("lectura_anterior", "lectura_actual", "consumo", "cantidad"), 3) | {"tarifa": 4}
BLOQUE = 50_000
CACHE_KB = 65_536  # plenty, so that the limit is not lower than it may be


def main() -> None:
    url, carpeta, *nombres = sys.argv[1:]
    archivos = {nombre: Path(carpeta) / f"{nombre}.csv" for nombre in nombres}
    filas, segundos = (sqlite if url.startswith("sqlite:") else mariadb)(url, archivos)
    print(json.dumps({"filas": filas, "segundos": segundos}))


def sqlite(url: str, archivos: dict[str, Path]) -> tuple[int, float]:
    base = conectar(url)
    base.execute("PRAGMA journal_mode=wal")
    base.execute("PRAGMA synchronous=FULL")
    base.execute(f"PRAGMA cache_size=-{CACHE_KB}")
    agregadas = (base.execute(ALTA_SQL).fetchone()[0], VIVA)
    total, segundos = 0, 0.0
    base.execute("BEGIN IMMEDIATE")
    for nombre, ruta in archivos.items():
        columnas, filas = leer(ruta, agregadas)
        sql = f"INSERT INTO {TABLAS[nombre]} ({', '.join(columnas)}) VALUES ({', '.join('?' * len(columnas))})"
        while bloque := list(islice(filas, BLOQUE)):
            inicio = time.perf_counter()
            base.executemany(sql, bloque)
            segundos += time.perf_counter() - inicio
            total += len(bloque)
    inicio = time.perf_counter()
    base.execute("COMMIT")
    return total, segundos + time.perf_counter() - inicio


def mariadb(url: str, archivos: dict[str, Path]) -> tuple[int, float]:
    base = conectar(url)
    cursor = base.cursor()
    cursor.execute(ALTA_SQL)
    agregadas = (cursor.fetchone()[0], VIVA)
    total, ordenes = 0, []
    with tempfile.TemporaryDirectory() as temporal:
        for nombre, ruta in archivos.items():
            columnas, filas = leer(ruta, agregadas)
            tsv = Path(temporal) / f"{nombre}.tsv"
            total += escribir_tsv(tsv, filas)
            sql = f"LOAD DATA LOCAL INFILE '{tsv}' INTO TABLE {TABLAS[nombre]} CHARACTER SET utf8mb4 ({', '.join(columnas)})"
            ordenes.append(sql)
        base.begin()
        inicio = time.perf_counter()
        cargadas = sum(cursor.execute(sql) for sql in ordenes)
        base.commit()
        segundos = time.perf_counter() - inicio
    if cargadas != total:
        sys.exit(f"LOAD DATA tomó {cargadas} filas de {total}.")
    return total, segundos


def escribir_tsv(ruta: Path, filas: Iterator[tuple]) -> int:
    """In the form that LOAD DATA takes by default; the texts of these deliveries hold nothing to escape."""
    cuantas = 0
    with ruta.open("w", encoding="utf-8", newline="") as salida:
        while bloque := list(islice(filas, BLOQUE)):
            lineas = ("\t".join("\\N" if valor is None else str(valor) for valor in fila) + "\n" for fila in bloque)
            salida.writelines(lineas)
            cuantas += len(bloque)
    return cuantas


def leer(ruta: Path, agregadas: tuple) -> tuple[tuple[str, ...], Iterator[tuple]]:
    """The columns of a file in canonical form and its rows, as the database keeps them."""
    lineas = csv.reader(ruta.open(encoding="utf-8", newline=""), delimiter=";")
    columnas = next(lineas)
    lectores = [lector(columna) for columna in columnas]
    filas = ((*(leer(valor) for leer, valor in zip(lectores, linea, strict=True)), *agregadas) for linea in lineas)
    return (*columnas, *AGREGADAS), filas


def lector(columna: str) -> Callable[[str], Any]:
    decimales = DECIMALES.get(columna)
    if decimales is None:
        return lambda valor: valor or None

    def numero(valor: str) -> int | None:
        entero, _, fraccion = valor.partition(",")
        return int(entero + fraccion.ljust(decimales, "0")) if valor else None

    return numero


if __name__ == "__main__":
    main()
