"""Checks every row of a delivery before anything is published: types, keys, references, sums.

What cannot be published is a rejection; what contradicts something is a warning (the table is in docs/entregas.md).
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from ..formats import hoy, pesos_exactos
from ..models import SIN_BAJA
from .base import buscar
from .columnas import CONCEPTOS, FACTURAS, MANDAMIENTOS, PAGOS, PREDIOS, Archivo
from .indice import Indice
from .lector import Lote
from .resultado import Resultado

CODIGOS_SQL = f"SELECT codigo FROM predio_version WHERE codigo IN (?) AND baja = {SIN_BAJA}"  # noqa: S608
FACTURAS_SQL = f"""
SELECT numero, codigo, referencia, CAST(expedida AS CHAR), total, saldo_anterior, intereses FROM factura_version
 WHERE numero IN (?) AND baja = {SIN_BAJA}
"""  # noqa: S608

ULTIMO_ORDEN = 9999
PRONTO = timedelta(days=62)
RECHAZADO = "El predio de ese código se rechazó."
DESCONOCIDO = "Ese código no está en la entrega ni en la base."

Filas = list[tuple]
Buenas = tuple[list[int], Filas]


class Revision:
    """What is known while the files of one delivery are checked, in their order.

    With ``parcial``, what depends on a rejected row is rejected too: the rest must be fit to be published alone.
    """

    def __init__(self, resultado: Resultado, indice: Indice, parcial: bool = False):
        self.resultado, self.indice, self.parcial = resultado, indice, parcial
        self.pronto = str(hoy() + PRONTO)
        self.por_partes = True  # whether the good rows may be published alone
        self.reglas: dict[str, Callable[[list[int], Filas], Buenas]] = {
            PREDIOS.nombre: self.predios,
            FACTURAS.nombre: self.facturas,
            CONCEPTOS.nombre: self.conceptos,
            PAGOS.nombre: self.con_codigo(PAGOS),
            MANDAMIENTOS.nombre: self.con_codigo(MANDAMIENTOS),
        }

    def lote(self, archivo: Archivo, lote: Lote) -> Filas:
        """The good rows of what was read. The others are rejected."""
        for novedad in lote.rechazos:
            self.resultado.rechazar(*novedad)
        for novedad in lote.avisos:
            self.resultado.avisar(*novedad)
        # What could not be read may be of any bill, and a bill is published with all of its lines.
        de_facturas = archivo in (FACTURAS, CONCEPTOS)
        ilegible = not lote.entero or (de_facturas and any(columna in ("", "numero") for _, _, columna, *_ in lote.rechazos))
        self.por_partes = self.por_partes and not ilegible
        _, filas = self.reglas[archivo.nombre](lote.lineas, lote.filas)
        if lote.malas:
            self.recordar(archivo, lote.malas)
        return filas

    def recordar(self, archivo: Archivo, claves: list[str]) -> None:
        """Know the keys of rejected rows all the same, so that what refers to them is not told as unknown."""
        if archivo is FACTURAS:
            self.indice.anotar_facturas([(clave, 0, None, None, None, 0, 0, 0, 1) for clave in claves])
            self.indice.marcar("rechazada", claves)
        elif archivo is CONCEPTOS:
            self.facturas_de([(clave,) for clave in claves])
            self.indice.expulsar(claves)
        else:
            self.indice.anotar(archivo.nombre, claves, rechazada=1)

    # -- rules by file: the good rows with their lines ------------------------------------------
    def predios(self, lineas: list[int], filas: Filas) -> Buenas:
        buenas = self.unicas(PREDIOS, lineas, filas)
        uso, estrato = PREDIOS.posicion("uso"), PREDIOS.posicion("estrato")
        malas = {
            linea: fila for linea, fila in zip(*buenas, strict=True) if fila[estrato] is not None and fila[uso] != "residencial"
        }
        for linea, fila in malas.items():
            self.rechazar(PREDIOS, linea, "estrato", fila[estrato], "Solo el uso residencial tiene estrato.")
        buenas = sin(malas, buenas)
        self.indice.anotar(PREDIOS.nombre, [fila[0] for fila in buenas[1]])
        self.indice.anotar(PREDIOS.nombre, [fila[0] for fila in malas.values()], rechazada=1)
        return buenas

    def facturas(self, lineas: list[int], filas: Filas) -> Buenas:
        conocidas = self.indice.facturas((fila[0] for fila in filas), "linea")
        repetidas = self.repetidas(FACTURAS, lineas, filas, conocidas)
        unicas = sin(repetidas, (lineas, filas))
        malas = self.sin_codigo(FACTURAS, *unicas)
        anotadas = [
            (f[0], linea, f[1], f[16] or f[0], f[5], f[15], f[12], f[14], int(linea in malas))
            for linea, f in zip(*unicas, strict=True)
        ]
        self.indice.anotar_facturas(anotadas)
        # Nobody knows which of the two is right.
        self.indice.marcar("rechazada", [fila[0] for linea, fila in zip(lineas, filas, strict=True) if linea in repetidas])
        lineas, filas = sin(malas, unicas)
        otras = self.indice.otras_del_periodo([(fila[1], fila[2], fila[0]) for fila in filas])
        for linea, fila in zip(lineas, filas, strict=True) if otras else ():
            if otra := otras.get(fila[0]):
                self.resultado.avisar(FACTURAS.nombre, linea, "periodo", fila[2], otra_factura(fila[1], otra))
        self.avisar_fechas(lineas, filas)
        # The reference is the number of the bill unless another was delivered.
        return lineas, [fila if fila[16] else (*fila[:16], fila[0], *fila[17:]) for fila in filas]

    def avisar_fechas(self, lineas: list[int], filas: Filas) -> None:
        """Days that look wrong: a bill of another year would be the latest one for long."""
        for linea, fila in zip(lineas, filas, strict=True):
            if fila[5] > self.pronto or fila[6] < fila[5]:
                columna, dia = ("expedida", fila[5]) if fila[5] > self.pronto else ("vence", fila[6])
                motivo = "Se expide dentro de más de dos meses." if columna == "expedida" else "Vence antes de expedirse."
                self.resultado.avisar(FACTURAS.nombre, linea, columna, dia, motivo)

    def conceptos(self, lineas: list[int], filas: Filas) -> Buenas:
        conocidas = self.facturas_de(filas)
        buenas: Buenas = ([], [])
        for numero, grupo in groupby(zip(lineas, filas, strict=True), key=lambda par: par[1][0]):
            factura = conocidas.get(numero)
            if factura is None:
                for linea, _ in grupo:
                    motivo = "Esa factura no está en la entrega ni en la base."
                    self.rechazar(CONCEPTOS, linea, "numero", numero, motivo)
            else:
                self.lineas_de(numero, factura, grupo, buenas)
        self.indice.anotar_lineas([(suma, f"{ordenes:x}", numero) for numero, (suma, ordenes) in conocidas.items()])
        return buenas

    def lineas_de(self, numero: str, factura: list[int], grupo: Iterable[tuple[int, tuple]], buenas: Buenas) -> None:
        """Add lines of one bill to ``buenas`` and to ``factura``: the sum and the orders taken, as bits."""
        suma, ordenes = factura
        for linea, fila in grupo:
            orden = fila[1]
            if orden is None:
                # The next one after the greatest.
                orden = max(ordenes.bit_length(), 1)
                fila = (numero, orden, *fila[2:])
            if orden > ULTIMO_ORDEN:
                self.rechazar(CONCEPTOS, linea, "orden", orden, f"Una factura tiene a lo sumo {ULTIMO_ORDEN} líneas.")
                self.indice.expulsar([numero])
                continue
            if ordenes >> orden & 1:
                self.repetida(CONCEPTOS, linea, "orden", f"{numero} {orden}")
                self.indice.expulsar([numero])
                continue
            ordenes |= 1 << orden
            suma += fila[7]
            buenas[0].append(linea)
            buenas[1].append(fila)
        factura[:] = suma, ordenes

    def con_codigo(self, archivo: Archivo) -> Callable[[list[int], Filas], Buenas]:
        """The rule of files whose rows have a key and belong to a code."""

        def regla(lineas: list[int], filas: Filas) -> Buenas:
            unicas = self.unicas(archivo, lineas, filas)
            self.indice.anotar(archivo.nombre, [fila[0] for fila in unicas[1]])
            return sin(self.sin_codigo(archivo, *unicas), unicas)

        return regla

    def cuadrar(self) -> None:
        """What only the whole delivery tells: bills whose lines do not add up, bills left out with a rejected line."""
        for numero, linea, total, suma in self.indice.descuadradas():
            motivo = f"La factura {numero} no cuadra: sus líneas suman {pesos_exactos(suma)}."
            self.resultado.avisar(FACTURAS.nombre, linea or None, "total", pesos_exactos(total), motivo)
        for numero, linea in self.indice.incompletas() if self.parcial else ():
            motivo = "No se publica porque una de sus líneas se rechazó."
            self.resultado.rechazar(FACTURAS.nombre, linea, "numero", numero, motivo)

    # -- what files share -----------------------------------------------------------------------
    def facturas_de(self, filas: Filas) -> dict[str, list[int]]:
        """Sum and orders, so far, of the bills of these lines; those that were not delivered are sought in the base."""
        numeros = dict.fromkeys(map(itemgetter(0), filas))
        conocidas = self.indice.facturas(numeros, "suma, ordenes")
        faltan = [numero for numero in numeros if numero not in conocidas]
        if faltan and (publicadas := [(fila[0], 0, *fila[1:], 0) for fila in buscar(FACTURAS_SQL, faltan)]):
            self.indice.anotar_facturas(publicadas)
            conocidas |= {fila[0]: (0, "") for fila in publicadas}
        return {numero: [suma, int(ordenes or "0", 16)] for numero, (suma, ordenes) in conocidas.items()}

    def unicas(self, archivo: Archivo, lineas: list[int], filas: Filas) -> Buenas:
        vistas = self.indice.vistas(archivo.nombre, (fila[0] for fila in filas))
        return sin(self.repetidas(archivo, lineas, filas, vistas), (lineas, filas))

    def repetidas(self, archivo: Archivo, lineas: list[int], filas: Filas, vistas: Iterable[str]) -> set[int]:
        """The lines whose key came before, in this block or in others (``vistas``). They are rejected."""
        claves = {fila[0] for fila in filas}
        if not vistas and len(claves) == len(filas):
            return set()
        ya, repetidas = set(vistas), set()
        for linea, fila in zip(lineas, filas, strict=True):
            if fila[0] in ya:
                self.repetida(archivo, linea, archivo.clave[0], fila[0])
                repetidas.add(linea)
            ya.add(fila[0])
        return repetidas

    def sin_codigo(self, archivo: Archivo, lineas: list[int], filas: Filas) -> set[int]:
        """The lines whose code is neither in the delivery nor in the base. They are rejected."""
        codigos = {fila[1] for fila in filas}
        vistos = self.indice.vistas(PREDIOS.nombre, codigos)
        buenos = {codigo for codigo, rechazada in vistos.items() if not (rechazada and self.parcial)}
        buenos |= {codigo for (codigo,) in buscar(CODIGOS_SQL, codigos - buenos)}
        malas = set()
        for linea, fila in zip(lineas, filas, strict=True) if len(buenos) < len(codigos) else ():
            if fila[1] not in buenos:
                motivo = RECHAZADO if fila[1] in vistos else DESCONOCIDO
                self.rechazar(archivo, linea, "codigo", fila[1], motivo)
                malas.add(linea)
        return malas

    def repetida(self, archivo: Archivo, linea: int, columna: str, valor: str) -> None:
        self.rechazar(archivo, linea, columna, valor, "Está repetido: ya apareció antes en este archivo.")

    def rechazar(self, archivo: Archivo, linea: int, columna: str, valor: object, motivo: str) -> None:
        self.resultado.rechazar(archivo.nombre, linea, columna, str(valor), motivo)


def sin(malas: Iterable[int], buenas: Buenas) -> Buenas:
    """The rows whose lines are not among ``malas``."""
    if not malas:
        return buenas
    quedan = [(linea, fila) for linea, fila in zip(*buenas, strict=True) if linea not in malas]
    return [linea for linea, _ in quedan], [fila for _, fila in quedan]


def otra_factura(codigo: str, otra: str) -> str:
    return f"El código {codigo} tiene otra factura del mismo periodo: la {otra}."


def sumar(archivo: Archivo, filas: Iterable[tuple]) -> int:
    """The money of these rows, in centavos."""
    lugares = [archivo.posicion(nombre) for nombre in archivo.dinero]
    return sum(sum(map(itemgetter(lugar), filas)) for lugar in lugares)
