"""What a delivery holds, by key: a throw-away SQLite file, for the keys of a big delivery do not fit in memory."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import apsw

MEMORIA_KB = 32_000
TABLAS = """
CREATE TABLE clave (archivo TEXT, clave TEXT, rechazada INTEGER, PRIMARY KEY (archivo, clave)) WITHOUT ROWID;
CREATE TABLE pago (codigo TEXT, id TEXT PRIMARY KEY, fecha TEXT, valor INTEGER, factura TEXT) WITHOUT ROWID;
CREATE TABLE periodo (codigo TEXT, periodo TEXT, numero TEXT, PRIMARY KEY (codigo, periodo)) WITHOUT ROWID;
CREATE TABLE factura (
    numero TEXT PRIMARY KEY,
    linea INTEGER,      -- of the file; 0 where the bill comes from the base
    codigo TEXT, referencia TEXT, expedida TEXT,
    total INTEGER, saldo INTEGER, intereses INTEGER, suma INTEGER,
    ordenes TEXT,       -- hexadecimal: bit n is set where line n was delivered
    rechazada INTEGER,  -- 1 the bill itself, 2 one of its lines
    existia INTEGER,    -- it was published before
    comparada INTEGER   -- its old lines were looked at
) WITHOUT ROWID;
"""
ENTREGADA = "linea > 0 AND rechazada = 0"
FACTURA_SQL = "INSERT OR IGNORE INTO factura VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, 0, 0)"


class Indice:
    """To be used in ``with``; the file has no name, so that nothing is left of it whatever happens."""

    def __init__(self, carpeta: Path):
        with tempfile.NamedTemporaryFile(dir=carpeta, suffix=".indice") as archivo:
            self.base = apsw.Connection(archivo.name)
            self.base.execute("PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA locking_mode = exclusive")
            self.base.execute(f"PRAGMA cache_size = -{MEMORIA_KB}; PRAGMA temp_store = memory")
            self.base.execute("BEGIN")
            self.base.execute(TABLAS)

    def __enter__(self) -> "Indice":
        return self

    def __exit__(self, *_) -> None:
        self.base.close()

    # -- keys of predios, pagos, mandamientos ---------------------------------------------------

    def vistas(self, archivo: str, claves: Iterable[str]) -> dict[str, int]:
        """Which of these keys came before; 1 where that row was rejected."""
        sql = "SELECT clave, rechazada FROM clave WHERE archivo = ? AND clave IN (SELECT value FROM json_each(?))"
        return dict(self.base.execute(sql, (archivo, lista(claves))))

    def anotar(self, archivo: str, claves: Iterable[str], rechazada: int = 0) -> None:
        filas = [(archivo, clave, rechazada) for clave in claves]
        self.base.executemany("INSERT OR IGNORE INTO clave VALUES (?, ?, ?)", filas)

    # -- bills ----------------------------------------------------------------------------------

    def facturas(self, numeros: Iterable[str], columnas: str) -> dict[str, tuple]:
        """``columnas`` of the known bills among these numbers, by number."""
        sql = f"SELECT numero, {columnas} FROM factura WHERE numero IN (SELECT value FROM json_each(?))"  # noqa: S608
        return {numero: valores for numero, *valores in self.base.execute(sql, (lista(numeros),))}

    def anotar_facturas(self, filas: list[tuple]) -> None:
        """Rows of number, line, code, reference, day of issue, total, old balance, interest and whether it was rejected."""
        self.base.executemany(FACTURA_SQL, filas)

    def anotar_lineas(self, filas: Iterable[tuple[int, str, str]]) -> None:
        """Sum of the lines, orders and number of each bill."""
        self.base.executemany("UPDATE factura SET suma = ?, ordenes = ? WHERE numero = ?", filas)

    def marcar(self, columna: str, numeros: Iterable[str]) -> None:
        sql = f"UPDATE factura SET {columna} = 1 WHERE numero IN (SELECT value FROM json_each(?))"  # noqa: S608
        self.base.execute(sql, (lista(numeros),))

    def marcadas(self, condicion: str, numeros: Iterable[str]) -> set[str]:
        sql = f"SELECT numero FROM factura WHERE ({condicion}) AND numero IN (SELECT value FROM json_each(?))"  # noqa: S608
        return {numero for (numero,) in self.base.execute(sql, (lista(numeros),))}

    def expulsar(self, numeros: Iterable[str]) -> None:
        """These bills have a line that was rejected."""
        sql = "UPDATE factura SET rechazada = 2 WHERE rechazada = 0 AND numero IN (SELECT value FROM json_each(?))"
        self.base.execute(sql, (lista(numeros),))

    def hay_rechazadas(self) -> bool:
        return bool(list(self.base.execute("SELECT 1 FROM factura WHERE rechazada > 0 LIMIT 1")))

    # -- for payments of banks ------------------------------------------------------------------

    def preparar_busqueda(self) -> None:
        """Before bills are sought by something else than their number, and payments by something else than their id."""
        self.base.execute("CREATE INDEX IF NOT EXISTS por_referencia ON factura (referencia)")
        self.base.execute("CREATE INDEX IF NOT EXISTS por_codigo ON pago (codigo)")

    def con(self, campo: str, textos: Iterable[str]) -> Iterable[tuple[str, str, str, str]]:
        """``campo``, code, number and day of issue of the good delivered bills that have one of these texts in it."""
        sql = (
            f"SELECT {campo}, codigo, numero, expedida FROM factura WHERE {ENTREGADA}"  # noqa: S608
            f" AND {campo} IN (SELECT value FROM json_each(?))"
        )
        return self.base.execute(sql, (lista(textos),))

    def entregadas(self, numeros: Iterable[str]) -> set[str]:
        """Which of these are good delivered bills."""
        return self.marcadas(ENTREGADA, numeros)

    def anotar_pagos(self, filas: Iterable[tuple]) -> None:
        """Rows of code, id, day, centavos and bill."""
        self.base.executemany("INSERT OR IGNORE INTO pago VALUES (?, ?, ?, ?, ?)", filas)

    def pagos(self, codigos: Iterable[str]) -> Iterable[tuple]:
        """The delivered payments of these codes."""
        sql = "SELECT codigo, id, fecha, valor, factura FROM pago WHERE codigo IN (SELECT value FROM json_each(?))"
        return self.base.execute(sql, (lista(codigos),))

    def entregados(self, ids: Iterable[str]) -> set[str]:
        """Which of these are delivered payments."""
        sql = "SELECT id FROM pago WHERE id IN (SELECT value FROM json_each(?))"
        return {id_ for (id_,) in self.base.execute(sql, (lista(ids),))}

    # -- the whole delivery ---------------------------------------------------------------------

    def otras_del_periodo(self, filas: list[tuple[str, str, str]]) -> dict[str, str]:
        """Of rows of code, period and number: the numbers whose code has another bill of that period, and which."""
        antes = self.base.total_changes()
        self.base.executemany("INSERT OR IGNORE INTO periodo VALUES (?, ?, ?)", filas)
        if self.base.total_changes() - antes == len(filas):
            return {}
        otras = {}
        for codigo, periodo, numero in filas:
            sql = "SELECT numero FROM periodo WHERE codigo = ? AND periodo = ? AND numero <> ?"
            for (otra,) in self.base.execute(sql, (codigo, periodo, numero)):
                otras[numero] = otra
        return otras

    def descuadradas(self) -> Iterable[tuple[str, int, int, int]]:
        """Number, line, total and sum of the bills whose lines do not add up, alone or with old balance or interest."""
        return self.base.execute(
            "SELECT numero, linea, total, suma FROM factura WHERE ordenes <> '' AND rechazada = 0"
            " AND total - suma NOT IN (0, saldo, intereses, saldo + intereses) ORDER BY linea, numero"
        )

    def incompletas(self) -> Iterable[tuple[str, int]]:
        """Number and line of the delivered bills that are left out because of their lines."""
        return self.base.execute("SELECT numero, linea FROM factura WHERE rechazada = 2 AND linea > 0 ORDER BY linea")


def lista(claves: Iterable[str]) -> str:
    return json.dumps(list(claves))
