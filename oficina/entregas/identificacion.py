"""Whose each payment of a bank's file is, and whether another source told of it before or tells of it now.

A payment that a bank and the billing system both tell of is one payment: the billing system's row is the one that
stays. One whose reference nobody knows waits, and is looked up again with each delivery (*pagos por identificar*).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from ..db import fetch
from ..models import SIN_BAJA
from .bancos import Perfil, perfiles
from .base import buscar, vacia
from .columnas import PAGOS, PREDIOS, RECAUDOS, Archivo
from .comparacion import Diferencia
from .indice import Indice
from .opciones import Opciones
from .revision import CODIGOS_SQL, Filas

USADOS = "pagos usados"  # name in the index
PENDIENTES = 1000

VIVA = f"baja = {SIN_BAJA}"
FACTURAS_SQL = f"""
SELECT {{0}}, codigo, numero, CAST(expedida AS CHAR) FROM factura_version WHERE {{0}} IN (?) AND {VIVA} AND alta <> {{1}}
"""  # noqa: S608
# Payments that no bank's line stands for yet.
LIBRES_SQL = f"""
SELECT p.codigo, p.id, CAST(p.fecha AS CHAR), p.valor, p.factura
  FROM pago_version p LEFT JOIN recaudo_version r ON r.pago = p.id AND r.{VIVA}
 WHERE p.codigo IN (?) AND p.{VIVA} AND p.alta <> %d AND r.id IS NULL
"""  # noqa: S608
TOMADOS_SQL = f"SELECT pago FROM recaudo_version WHERE pago IN (?) AND {VIVA}"  # noqa: S608
# Payments that only a bank told of.
DE_BANCO_SQL = f"""
SELECT p.codigo, p.id, CAST(p.fecha AS CHAR), p.valor, p.factura, r.referencia, r.banco, r.canal, r.entidad
  FROM pago_version p JOIN recaudo_version r ON r.id = p.id AND r.pago = p.id AND r.{VIVA}
 WHERE p.codigo IN (?) AND p.{VIVA} AND p.alta <> %d
"""  # noqa: S608
PENDIENTES_SQL = f"""
SELECT id, CAST(fecha AS CHAR), valor, referencia, banco, canal, entidad, pago FROM recaudo_version
 WHERE pago IS NULL AND id > ? AND {VIVA} AND alta <> ? ORDER BY id LIMIT {PENDIENTES}
"""  # noqa: S608

Paso = tuple[Archivo, Diferencia]


class Duenio(NamedTuple):
    """Whose a payment is: the code, and the bill where it is known."""

    codigo: str
    factura: str | None


class Pagado(NamedTuple):
    """A payment to compare with; ``valor`` in centavos."""

    codigo: str
    id: str
    fecha: str
    valor: int
    factura: str | None


class Identificacion:
    """Matches the payments of one delivery; what follows is given as differences to be written."""

    def __init__(self, indice: Indice, opciones: Opciones, entrega: int):
        self.indice, self.entrega = indice, int(entrega)
        self.perfil: Callable[[str], Perfil] = perfiles(opciones.bancos)
        self.dias = opciones.dias_pago
        self.sin_bancos = vacia(RECAUDOS.tabla)

    def llegan(self, pagos: Filas) -> Iterator[Paso]:
        """Payments of the billing system that are new: those that a bank told of before take the place of the bank's."""
        if self.sin_bancos or not pagos:
            return
        por_codigo = defaultdict(list)
        for *pagado, referencia, banco, canal, entidad in self.publicados(DE_BANCO_SQL, {fila[1] for fila in pagos}):
            por_codigo[pagado[0]].append((Pagado(*pagado), (referencia, banco, canal, entidad)))
        sobran, recaudos, usados = [], [], []
        for id_, codigo, factura, fecha, valor, *_ in pagos:
            candidatos = [pagado for pagado, _ in por_codigo[codigo]]
            if igual := self.el_mismo(Pagado(codigo, id_, fecha, valor, factura), candidatos):
                lugar = candidatos.index(igual)
                _, datos = por_codigo[codigo].pop(lugar)
                sobran.append((igual.id,))
                recaudos.append((igual.id, igual.fecha, igual.valor, *datos, id_))
                usados += igual.id, id_
        self.indice.anotar(USADOS, usados)
        yield PAGOS, Diferencia(sobran=sobran)
        yield RECAUDOS, Diferencia(cambiadas=recaudos)

    def nuevos(self, recaudos: Filas) -> Iterator[Paso]:
        """Payments of a bank's file that was not taken before."""
        filas, pagos = self.resolver(recaudos)
        yield PAGOS, Diferencia(nuevas=pagos)
        yield RECAUDOS, Diferencia(nuevas=filas)

    def pendientes(self) -> Iterator[Paso]:
        """Payments of former deliveries that waited and are known now."""
        ultima = ""
        while not self.sin_bancos and (recaudos := fetch(PENDIENTES_SQL, ultima, self.entrega)):
            ultima = recaudos[-1][0]
            filas, pagos = self.resolver(recaudos)
            yield PAGOS, Diferencia(nuevas=pagos)
            yield RECAUDOS, Diferencia(cambiadas=[fila for fila in filas if fila[-1]])

    def resolver(self, recaudos: Filas) -> tuple[Filas, Filas]:
        """The rows of recaudo with their payment, None for those that nobody knows; and the payments that are new."""
        self.indice.preparar_busqueda()
        duenios = self.duenios(recaudos)
        libres = self.libres({duenio.codigo for duenio in duenios if duenio})
        filas, pagos = [], []
        for recaudo, duenio in zip(recaudos, duenios, strict=True):
            id_, fecha, valor, _, _, canal, entidad, _ = recaudo
            pago = None
            if duenio:
                pago = id_
                este = Pagado(duenio.codigo, id_, fecha, valor, duenio.factura)
                if conocido := self.el_mismo(este, libres[duenio.codigo]):
                    libres[duenio.codigo].remove(conocido)
                    pago = conocido.id
                    self.indice.anotar(USADOS, [pago])
                else:
                    pagos.append((id_, duenio.codigo, duenio.factura, fecha, valor, canal, entidad, None))
            filas.append((*recaudo[:-1], pago))
        return filas, pagos

    def el_mismo(self, pago: Pagado, otros: Iterable[Pagado]) -> Pagado | None:
        """The nearest in time of ``otros`` that may be this payment."""
        dia = date.fromisoformat(pago.fecha)
        posibles = [
            (abs((date.fromisoformat(otro.fecha) - dia).days), otro.id, otro)
            for otro in otros
            if otro.valor == pago.valor and (otro.factura == pago.factura or not otro.factura or not pago.factura)
        ]
        cerca = min(posibles, key=itemgetter(0, 1), default=None)
        return cerca[2] if cerca and cerca[0] <= self.dias else None

    def libres(self, codigos: set[str]) -> dict[str, list[Pagado]]:
        """The payments of these codes, of the base and of the delivery, that no bank's line stands for."""
        entregados = [Pagado(*fila) for fila in self.indice.pagos(codigos)]
        ids = [pagado.id for pagado in entregados]
        tomados = {pago for (pago,) in buscar(TOMADOS_SQL, ids)} | self.indice.vistas(USADOS, ids).keys()
        por_codigo = defaultdict(list)
        for pagado in (*(Pagado(*fila) for fila in self.publicados(LIBRES_SQL, codigos)), *entregados):
            if pagado.id not in tomados:
                por_codigo[pagado.codigo].append(pagado)
        return por_codigo

    def publicados(self, consulta: str, codigos: set[str]) -> list[tuple]:
        """Payments of these codes in the base; of one that the delivery brings or took already, only the delivery tells."""
        filas = list(buscar(consulta % self.entrega, codigos))
        ids = [id_ for _, id_, *_ in filas]
        fuera = self.indice.entregados(ids) | self.indice.vistas(USADOS, ids).keys()
        return [fila for fila in filas if fila[1] not in fuera]

    # -- the reference --------------------------------------------------------------------------
    def duenios(self, recaudos: Filas) -> list[Duenio | None]:
        candidatas = [(self.perfil(banco).campo, self.candidatas(banco, texto)) for _, _, _, texto, banco, *_ in recaudos]
        hallazgos = {
            campo: self.buscar(campo, {texto for otro, textos in candidatas if otro == campo for texto in textos})
            for campo in {campo for campo, _ in candidatas}
        }
        return [
            elegir([hallado for texto in textos for hallado in hallazgos[campo].get(texto, ())], recaudo[1])
            for recaudo, (campo, textos) in zip(recaudos, candidatas, strict=True)
        ]

    def candidatas(self, banco: str, referencia: str) -> list[str]:
        return [texto for texto in self.perfil(banco).candidatas(referencia) if texto.strip("0 ")]

    def buscar(self, campo: str, textos: set[str]) -> dict[str, set[tuple]]:
        """By text: code, number and day of issue of what has it in ``campo``, in the base and in the delivery."""
        hallados = defaultdict(set)
        if campo == "codigo":
            codigos = {codigo for (codigo,) in buscar(CODIGOS_SQL, textos)}
            codigos |= {codigo for codigo, rechazada in self.indice.vistas(PREDIOS.nombre, textos).items() if not rechazada}
            return {codigo: {(codigo, None, "")} for codigo in codigos}
        publicadas = list(buscar(FACTURAS_SQL.format(campo, self.entrega), textos))
        entregadas = self.indice.entregadas(numero for _, _, numero, _ in publicadas)
        vigentes = [fila for fila in publicadas if fila[2] not in entregadas]
        for texto, *hallado in (*vigentes, *self.indice.con(campo, textos)):
            hallados[texto].add(tuple(hallado))
        return hallados


def elegir(hallados: list[tuple], fecha: str) -> Duenio | None:
    """Nobody where the reference may be of two codes; of several bills of one code, the last that was issued by then."""
    if len({codigo for codigo, _, _ in hallados}) != 1:
        return None
    codigo = hallados[0][0]
    numeros = {numero: expedida for _, numero, expedida in hallados if numero}
    if len(numeros) < 2:
        return Duenio(codigo, next(iter(numeros), None))
    anteriores = [(expedida, numero) for numero, expedida in numeros.items() if expedida <= fecha]
    return Duenio(codigo, max(anteriores)[1] if anteriores else None)
