"""Tells which rows of a delivery are new, which change what is published, and which are the same."""

from dataclasses import dataclass, field

from .base import buscar, sql_existentes
from .columnas import CONCEPTOS, FACTURAS, PREDIOS, Archivo
from .revision import Revision, otra_factura

PERIODOS_SQL = "SELECT codigo, periodo, numero FROM factura WHERE codigo IN"


@dataclass
class Diferencia:
    """``sobran`` are keys of lines that a bill no longer has; ``titulares``, codes whose holder is another person."""

    nuevas: list[tuple] = field(default_factory=list)
    cambiadas: list[tuple] = field(default_factory=list)
    iguales: int = 0
    sobran: list[tuple] = field(default_factory=list)
    titulares: list[str] = field(default_factory=list)


def comparar(archivo: Archivo, filas: list[tuple], revision: Revision) -> Diferencia:
    """Compare rows of a file with those of the same keys in the base, which is not changed."""
    ancho = len(archivo.clave)
    claves = dict.fromkeys(fila[0] for fila in filas)
    existentes = {fila[:ancho]: fila for fila in buscar(sql_existentes(archivo), claves)}
    diferencia = Diferencia()
    for fila in filas:
        anterior = existentes.get(fila[:ancho])
        if anterior is None:
            diferencia.nuevas.append(fila)
        elif anterior == fila:
            diferencia.iguales += 1
        else:
            diferencia.cambiadas.append(fila)
            if archivo is PREDIOS and otro_titular(anterior, fila):
                diferencia.titulares.append(fila[0])
    if archivo is CONCEPTOS:
        diferencia.sobran = [clave for clave in existentes if not revision.facturas.tiene_linea(*clave)]
    if archivo is FACTURAS:
        avisar_periodos(diferencia.nuevas, revision)
    return diferencia


def otro_titular(anterior: tuple, fila: tuple) -> bool:
    """Another document; one that was or becomes unknown tells nothing."""
    documento = PREDIOS.posicion("documento")
    return bool(anterior[documento] and fila[documento]) and anterior[documento] != fila[documento]


def avisar_periodos(nuevas: list[tuple], revision: Revision) -> None:
    """Warn of new bills whose code has, in the base, another one of the same period."""
    publicadas = {
        (codigo, periodo): numero
        for codigo, periodo, numero in buscar(PERIODOS_SQL, dict.fromkeys(fila[1] for fila in nuevas))
        if not revision.facturas.entregada(numero)
    }
    for numero, codigo, periodo, *_ in nuevas:
        if otra := publicadas.get((codigo, periodo)):
            linea = revision.facturas.lineas[revision.facturas.lugares[numero]]
            revision.resultado.avisar(FACTURAS.nombre, linea, "periodo", periodo, otra_factura(codigo, otra))
