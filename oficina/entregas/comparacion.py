"""Tells which rows of a delivery are new, which change what is published, and which are the same."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..models import SIN_BAJA
from .base import buscar, vacia, vivas
from .columnas import CONCEPTOS, FACTURAS, PREDIOS, Archivo
from .indice import Indice
from .resultado import Conteo, Resultado
from .revision import Filas, otra_factura, sumar
from .valores import plano

CERCA = timedelta(days=62)
PERIODOS_SQL = f"""
SELECT codigo, periodo, numero FROM factura_version
 WHERE codigo IN (?) AND expedida >= ? AND baja = {SIN_BAJA} AND alta <> %d
"""  # noqa: S608


@dataclass
class Diferencia:
    """``cambiadas`` are the new rows of keys that are there; ``sobran``, keys of lines that a bill no longer has.

    ``titulares`` are the codes whose holder is another person; ``conocidas``, the bills of these lines that were there
    before the delivery. ``antes``, in centavos, is the money of the rows that are there.
    """

    nuevas: Filas = field(default_factory=list)
    cambiadas: Filas = field(default_factory=list)
    iguales: int = 0
    sobran: list[tuple] = field(default_factory=list)
    titulares: list[str] = field(default_factory=list)
    conocidas: set[str] = field(default_factory=set)
    antes: int = 0

    def contar(self, conteo: Conteo) -> None:
        conteo.nuevas += len(self.nuevas)
        conteo.cambiadas += len(self.cambiadas)
        conteo.iguales += self.iguales
        conteo.quitadas += len(self.sobran)
        conteo.antes += self.antes


class Comparacion:
    """Compares the rows of one delivery with what is published; nothing is changed."""

    def __init__(self, indice: Indice, resultado: Resultado, entrega: int):
        self.indice, self.resultado, self.entrega = indice, resultado, entrega
        self.primera_vez: dict[str, bool] = {}
        self.rechazadas = indice.hay_rechazadas()

    def comparar(self, archivo: Archivo, filas: Filas) -> Diferencia:
        if archivo.nombre not in self.primera_vez:
            self.primera_vez[archivo.nombre] = vacia(archivo.tabla)
        if self.rechazadas and archivo in (FACTURAS, CONCEPTOS):
            filas = self.sin_rechazadas(archivo, filas)
        claves = {fila[0] for fila in filas}
        if archivo is CONCEPTOS:
            # A bill that is new has no old lines.
            claves = self.indice.marcadas("existia = 1 OR linea = 0", claves)
        existentes = {} if self.primera_vez[archivo.nombre] else self.existentes(archivo, claves)
        diferencia = self.separar(archivo, filas, existentes)
        if archivo is CONCEPTOS:
            diferencia.conocidas = claves
            diferencia.sobran = self.sobrantes(existentes)
            diferencia.antes += sumar(archivo, [existentes[clave] for clave in diferencia.sobran])
        elif archivo is FACTURAS and not self.primera_vez[archivo.nombre]:
            self.indice.marcar("existia", (clave for (clave,) in existentes))
            self.avisar_periodos(diferencia.nuevas)
        return diferencia

    def sin_rechazadas(self, archivo: Archivo, filas: Filas) -> Filas:
        """Without the bills that are left out, and without their lines."""
        fuera = self.indice.marcadas("rechazada > 0", {fila[0] for fila in filas})
        quedan = [fila for fila in filas if fila[0] not in fuera]
        conteo = self.resultado.archivos[archivo.nombre]
        conteo.omitidas += len(filas) - len(quedan)
        conteo.suma -= sumar(archivo, [fila for fila in filas if fila[0] in fuera])
        return quedan

    def existentes(self, archivo: Archivo, claves: set[str]) -> dict[tuple, tuple]:
        """The live rows by key; of bills, all their lines."""
        ancho = len(archivo.clave)
        return {fila[:ancho]: fila for fila in vivas(archivo, claves, self.entrega)}

    def separar(self, archivo: Archivo, filas: Filas, existentes: dict[tuple, tuple]) -> Diferencia:
        if not existentes:
            return Diferencia(nuevas=filas)
        ancho = len(archivo.clave)
        diferencia = Diferencia()
        anteriores = []
        for fila in filas:
            anterior = existentes.get(fila[:ancho])
            if anterior is None:
                diferencia.nuevas.append(fila)
                continue
            anteriores.append(anterior)
            if anterior == fila:
                diferencia.iguales += 1
            else:
                diferencia.cambiadas.append(fila)
                if archivo is PREDIOS and otro_titular(anterior, fila):
                    diferencia.titulares.append(fila[0])
        diferencia.antes = sumar(archivo, anteriores)
        return diferencia

    def sobrantes(self, existentes: dict[tuple, tuple]) -> list[tuple]:
        """The lines of these bills that the delivery does not bring; each bill is looked at once."""
        facturas = self.indice.facturas({numero for numero, _ in existentes}, "ordenes, comparada")
        self.indice.marcar("comparada", facturas)
        por_ver = {numero: int(ordenes or "0", 16) for numero, (ordenes, comparada) in facturas.items() if not comparada}
        return [(numero, orden) for numero, orden in existentes if numero in por_ver and not por_ver[numero] >> orden & 1]

    def avisar_periodos(self, nuevas: Filas) -> None:
        """Warn of new bills whose code has, in the base, another one of the same period, issued about then or later."""
        if not nuevas:
            return
        # By the index of code and day: to read every bill of every code for its period would take longer than all else.
        desde = date.fromisoformat(min(fila[5] for fila in nuevas)) - CERCA
        propios = {(fila[1], fila[2]) for fila in nuevas}
        de_cerca = buscar(PERIODOS_SQL % self.entrega, {codigo for codigo, _ in propios}, str(desde))
        encontradas = [fila for fila in de_cerca if fila[:2] in propios]
        entregadas = self.indice.facturas((numero for *_, numero in encontradas), "linea")
        publicadas = {(codigo, periodo): numero for codigo, periodo, numero in encontradas if numero not in entregadas}
        lugares = self.indice.facturas((f[0] for f in nuevas if (f[1], f[2]) in publicadas), "linea")
        for numero, codigo, periodo, *_ in nuevas:
            if otra := publicadas.get((codigo, periodo)):
                (linea,) = lugares[numero]
                self.resultado.avisar(FACTURAS.nombre, linea, "periodo", periodo, otra_factura(codigo, otra))


def otro_titular(anterior: tuple, fila: tuple) -> bool:
    """Another document, however it is written. Where only one of both is known, the name tells."""
    nombre, documento = PREDIOS.posicion("nombre"), PREDIOS.posicion("documento")
    antes, ahora = (re.sub(r"[\W_]", "", datos[documento] or "").upper().lstrip("0") for datos in (anterior, fila))
    if bool(antes) == bool(ahora):
        return antes != ahora
    return plano(anterior[nombre]) != plano(fila[nombre])
