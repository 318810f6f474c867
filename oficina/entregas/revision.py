"""Checks every row of a delivery before anything is published: types, keys, references, sums.

What cannot be published is a rejection; what contradicts something is a warning (the table is in docs/entregas.md).
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import itemgetter

from ..formats import pesos_exactos
from .base import buscar
from .columnas import CONCEPTOS, FACTURAS, MANDAMIENTOS, PAGOS, PREDIOS, Archivo
from .resultado import Resultado

BLOQUE = 5000
CODIGOS_SQL = "SELECT codigo FROM predio WHERE codigo IN"
FACTURAS_SQL = "SELECT numero, total, saldo_anterior, intereses FROM factura WHERE numero IN"

Fila = list


class Revision:
    """What is known while the files of one delivery are checked, in their order."""

    def __init__(self, resultado: Resultado):
        self.resultado = resultado
        self.codigos: set[str] = set()  # delivered, or seen in the base
        self.facturas = Facturas()
        self.vistas: dict[str, set[str]] = {}  # keys by file
        self.periodos: dict[str, str] = {}
        self.reglas: dict[str, Callable[[int, Fila], bool]] = {
            PREDIOS.nombre: self.predio,
            FACTURAS.nombre: self.factura,
            CONCEPTOS.nombre: self.concepto,
            PAGOS.nombre: self.pago,
            MANDAMIENTOS.nombre: self.mandamiento,
        }

    def bloques(self, archivo: Archivo, filas: Iterator[tuple[int, tuple[str, ...]]]) -> Iterator[list[tuple]]:
        """The good rows of a file, in blocks. The others are rejected."""
        regla = self.reglas[archivo.nombre]
        leer = Traduccion(archivo, self.resultado)
        while crudas := list(islice(filas, BLOQUE)):
            leidas = [(linea, fila) for linea, cruda in crudas if (fila := leer(linea, cruda) or self.recordar(archivo, cruda))]
            self.conocer(archivo, [fila for _, fila in leidas])
            yield [tuple(fila) for linea, fila in leidas if regla(linea, fila)]

    def conocer(self, archivo: Archivo, filas: list[Fila]) -> None:
        """Look up in the base what these rows refer to and the delivery does not bring."""
        if archivo is CONCEPTOS:
            faltan = {fila[0] for fila in filas if fila[0] not in self.facturas.lugares}
            for numero, *valores in buscar(FACTURAS_SQL, faltan):
                self.facturas.agregar(numero, 0, *valores)
        elif archivo is not PREDIOS:
            faltan = {fila[1] for fila in filas} - self.codigos
            self.codigos.update(codigo for (codigo,) in buscar(CODIGOS_SQL, faltan))

    def recordar(self, archivo: Archivo, cruda: tuple[str, ...]) -> None:
        """Know the key of a rejected row all the same, so that what refers to it is not rejected too."""
        if archivo is PREDIOS:
            self.codigos.add(cruda[0].strip().upper())
        elif archivo is FACTURAS and cruda[0].strip() not in self.facturas.lugares:
            self.facturas.agregar(cruda[0].strip(), 0, 0, 0, 0)

    # ------------------------------------------------------------- rules, by file: True where the row is good
    def predio(self, linea: int, fila: Fila) -> bool:
        buena = self.unica(PREDIOS, linea, fila)
        self.codigos.add(fila[0])
        uso, estrato = fila[9], fila[10]
        if estrato is not None and uso != "residencial":
            buena = self.rechazar(PREDIOS, linea, "estrato", estrato, "Solo el uso residencial tiene estrato.")
        return buena

    def factura(self, linea: int, fila: Fila) -> bool:
        numero, codigo, periodo = fila[:3]
        buena = self.codigo_conocido(FACTURAS, linea, codigo)
        if numero in self.facturas.lugares:
            return self.repetida(FACTURAS, linea, "numero", numero)
        self.facturas.agregar(numero, linea, total=fila[15], saldo=fila[12], intereses=fila[14])
        otra = self.periodos.setdefault(f"{codigo} {periodo}", numero)
        if otra != numero:
            self.resultado.avisar(FACTURAS.nombre, linea, "periodo", periodo, otra_factura(codigo, otra))
        fila[16] = fila[16] or numero
        return buena

    def concepto(self, linea: int, fila: Fila) -> bool:
        numero, orden, valor = fila[0], fila[1], fila[7]
        lugar = self.facturas.lugares.get(numero)
        if lugar is None:
            motivo = "Esa factura no está en la entrega ni en la base."
            return self.rechazar(CONCEPTOS, linea, "numero", numero, motivo)
        ordenes = self.facturas.ordenes[lugar]
        if orden is None:
            # The bits are the orders taken: the next one after the greatest.
            orden = fila[1] = max(ordenes.bit_length(), 1)
        if ordenes >> orden & 1:
            return self.repetida(CONCEPTOS, linea, "orden", f"{numero} {orden}")
        self.facturas.ordenes[lugar] = ordenes | 1 << orden
        self.facturas.sumas[lugar] += valor
        return True

    def pago(self, linea: int, fila: Fila) -> bool:
        return self.unica(PAGOS, linea, fila) & self.codigo_conocido(PAGOS, linea, fila[1])

    def mandamiento(self, linea: int, fila: Fila) -> bool:
        return self.unica(MANDAMIENTOS, linea, fila) & self.codigo_conocido(MANDAMIENTOS, linea, fila[1])

    def cuadrar(self) -> None:
        """Warn of bills whose lines do not add up to the total. Balance and interest may be lines, or only fields."""
        facturas = self.facturas
        for numero, lugar in facturas.lugares.items():
            falta = facturas.totales[lugar] - facturas.sumas[lugar]
            saldo, intereses = facturas.saldos[lugar], facturas.intereses[lugar]
            if facturas.ordenes[lugar] and falta not in (0, saldo, intereses, saldo + intereses):
                motivo = f"La factura {numero} no cuadra: sus líneas suman {pesos_exactos(facturas.sumas[lugar])}."
                total = pesos_exactos(facturas.totales[lugar])
                self.resultado.avisar(FACTURAS.nombre, facturas.lineas[lugar] or None, "total", total, motivo)

    # ------------------------------------------------------------- rules that files share
    def unica(self, archivo: Archivo, linea: int, fila: Fila) -> bool:
        vistas = self.vistas.setdefault(archivo.nombre, set())
        if fila[0] in vistas:
            return self.repetida(archivo, linea, archivo.clave[0], fila[0])
        vistas.add(fila[0])
        return True

    def codigo_conocido(self, archivo: Archivo, linea: int, codigo: str) -> bool:
        if codigo in self.codigos:
            return True
        return self.rechazar(archivo, linea, "codigo", codigo, "Ese código no está en la entrega ni en la base.")

    def repetida(self, archivo: Archivo, linea: int, columna: str, valor: str) -> bool:
        return self.rechazar(archivo, linea, columna, valor, "Está repetido: ya apareció antes en este archivo.")

    def rechazar(self, archivo: Archivo, linea: int, columna: str, valor: object, motivo: str) -> bool:
        self.resultado.rechazar(archivo.nombre, linea, columna, str(valor), motivo)
        return False


class Facturas:
    """The bills that lines may belong to, in columns: millions of them must fit in memory. Money in centavos."""

    def __init__(self) -> None:
        self.lugares: dict[str, int] = {}
        self.lineas = array("q")  # of the file; 0 where the bill comes from the base
        self.totales, self.saldos, self.intereses, self.sumas = (array("q") for _ in range(4))
        self.ordenes: list[int] = []  # bit n is set where line n was delivered

    def agregar(self, numero: str, linea: int, total: int, saldo: int, intereses: int) -> None:
        self.lugares[numero] = len(self.ordenes)
        self.lineas.append(linea)
        self.totales.append(total)
        self.saldos.append(saldo)
        self.intereses.append(intereses)
        self.sumas.append(0)
        self.ordenes.append(0)

    def entregada(self, numero: str) -> bool:
        """Whether the bill itself came in this delivery."""
        return numero in self.lugares and self.lineas[self.lugares[numero]] > 0

    def tiene_linea(self, numero: str, orden: int) -> bool:
        """Whether the delivery brought that line."""
        return self.ordenes[self.lugares[numero]] >> orden & 1 == 1


class Traduccion:
    """Texts of a row into the values the database keeps; an empty list where the row was rejected."""

    def __init__(self, archivo: Archivo, resultado: Resultado):
        self.archivo, self.resultado = archivo, resultado
        self.columnas = [(columna.leer, columna.defecto) for columna in archivo.columnas]
        obligatorias = [n for n, columna in enumerate(archivo.columnas) if columna.obligatoria]
        self.obligatorias = itemgetter(*obligatorias)

    def __call__(self, linea: int, cruda: tuple[str, ...]) -> Fila:
        try:
            fila = [leer(valor) if valor else defecto for (leer, defecto), valor in zip(self.columnas, cruda, strict=True)]
        except ValueError:
            return self.rechazar(linea, cruda)
        return self.rechazar(linea, cruda) if None in self.obligatorias(fila) else fila

    def rechazar(self, linea: int, cruda: tuple[str, ...]) -> Fila:
        """Tell every fault of the row, not only the first."""
        for columna, valor in zip(self.archivo.columnas, cruda, strict=True):
            try:
                leido = columna.leer(valor) if valor else columna.defecto
            except ValueError as falla:
                self.resultado.rechazar(self.archivo.nombre, linea, columna.nombre, valor, str(falla))
            else:
                if columna.obligatoria and leido is None:
                    self.resultado.rechazar(self.archivo.nombre, linea, columna.nombre, valor, "Falta este dato.")
        return []


def otra_factura(codigo: str, otra: str) -> str:
    return f"El código {codigo} tiene otra factura del mismo periodo: la {otra}."


def sumar(archivo: Archivo, filas: Iterable[tuple]) -> int:
    """The money of these rows, in centavos."""
    lugares = [archivo.posicion(nombre) for nombre in archivo.dinero]
    return sum(fila[lugar] for fila in filas for lugar in lugares)
