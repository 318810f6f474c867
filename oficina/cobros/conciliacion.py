"""What the gateways, the ledger and the deliveries tell of the same payments, compared; and what a person decides of them.

Asking a gateway again moves money as always: by ``verdad.aplicar``. Comparing, and what a person says, move none.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from peewee import fn

from .. import audit
from ..db import fetch, transactional, utcnow
from ..entregas.en_linea import DIAS as DIAS_ENTREGA
from ..formats import BOGOTA, hoy, local, pesos
from ..models import AvisoRecibido, Intento, Movimiento
from ..models.base import as_day
from ..models.intento import SIN_PAGO
from ..models.movimiento import SIN_APLICAR
from ..pasarelas import de_nombre
from ..pasarelas.base import Pasarela, SinRespuestaError
from . import avisos, plazos, verdad
from .inicio import ALPHABET

# After so many times in a row, the rest of a gateway's payments waits for another day.
SEGUIDAS = 3
# A notice that is not done with after this long is told.
AVISO_LARGO = timedelta(hours=1)
REFERENCIA = re.compile(f"OV[{ALPHABET}]{{12}}").fullmatch
LOTE = 500

CLASES = {
    "aplicado": "Aprobados o devueltos en la pasarela que aquí faltaban: se acaban de anotar",
    "sin_confirmar": "Anotados aquí que la pasarela no confirma",
    "otra_cuenta": "No se preguntó: son de otra cuenta de la pasarela, o ya no están sus llaves",
    "revision": "Esperan que una persona los revise",
    "sin_entregar": "Sin aplicar en el sistema comercial después del plazo",
    "otro_valor": "El sistema comercial los tiene con otro valor o en otro código",
    "de_mas": "En el sistema comercial con una referencia de aquí, y sin un pago que les corresponda",
    "desconocida": "En el sistema comercial con una referencia como las de aquí, que aquí no existe",
    "aviso": "Avisos de la pasarela sin un pago que les corresponda, o sin confirmar",
    "aviso_ajeno": "Avisos de la pasarela con una referencia que no es de aquí: la cuenta la usa también otro sistema",
    "saldo": "Saldos a favor",
}
# Told, but nothing that has to be mended.
INFORMATIVAS = ("aviso_ajeno", "saldo")

SIN_ENTREGAR_SQL = f"""
SELECT i.referencia, MIN(m.fecha), m.codigo, SUM(m.valor) FROM movimiento m JOIN intento i ON i.id = m.intento_id
 WHERE m.fecha >= ? AND i.pruebas <= ? AND {SIN_APLICAR.format(m="m")}
 GROUP BY m.intento_id, i.referencia, m.transaccion, m.codigo HAVING SUM(m.valor) <> 0 AND MIN(m.fecha) < ?
 ORDER BY 2, 1, 3
"""  # noqa: S608
OTRO_VALOR_SQL = """
SELECT i.referencia, m.fecha, m.codigo, m.valor, p.id, p.valor, p.codigo
  FROM movimiento m JOIN intento i ON i.id = m.intento_id JOIN pago p ON p.id = m.pago
 WHERE m.fecha BETWEEN ? AND ? AND (p.valor <> m.valor OR p.codigo <> m.codigo) ORDER BY m.id
"""
# One letter for each "_": what looks like a reference of ours.
DE_MAS_SQL = """
SELECT p.referencia_pasarela, p.fecha, p.codigo, p.valor, p.id FROM pago p
 WHERE p.fecha BETWEEN ? AND ? AND p.referencia_pasarela LIKE 'OV____________'
   AND NOT EXISTS (SELECT 1 FROM movimiento m WHERE m.pago = p.id) ORDER BY p.fecha, p.id
"""
SALDOS_SQL = """
SELECT i.referencia, MIN(m.fecha), m.codigo, SUM(m.saldo) FROM movimiento m JOIN intento i ON i.id = m.intento_id
 WHERE m.fecha BETWEEN ? AND ? AND i.pruebas <= ?
 GROUP BY m.intento_id, i.referencia, m.codigo HAVING SUM(m.saldo) <> 0 ORDER BY 2, 1, 3
"""
POR_DIA_SQL = """
SELECT m.fecha, SUM(m.valor), SUM(COALESCE(p.valor, 0))
  FROM movimiento m JOIN intento i ON i.id = m.intento_id LEFT JOIN pago p ON p.id = m.pago
 WHERE m.fecha BETWEEN ? AND ? AND i.pruebas <= ? GROUP BY m.fecha
"""


@dataclass(frozen=True)
class Periodo:
    """Days in Colombia, both included. ``pruebas``: also what was paid in a sandbox, where no real money is."""

    desde: date
    hasta: date
    pruebas: bool

    @property
    def dias(self) -> tuple[str, str]:
        return str(self.desde), str(self.hasta)

    @property
    def instantes(self) -> tuple[datetime, datetime]:
        """The first instant of it and the first after it, in UTC."""
        return medianoche(self.desde), medianoche(self.hasta + timedelta(1))


@dataclass(frozen=True, slots=True)
class Hallazgo:
    """Something that does not match; ``clase`` is one of CLASES, ``valor`` in centavos."""

    clase: str
    referencia: str
    dia: date | None
    codigo: str = ""
    valor: int | None = None
    detalle: str = ""


@dataclass
class Dia:
    """What of the ledger's rows of a day the three tell, in centavos; what was given back is subtracted."""

    pasarela: int = 0
    libro: int = 0
    entregado: int = 0


@dataclass
class Informe:
    """All that came of it. ``sin_respuesta``: the references of which no gateway would tell; ``motivo``: why of the first."""

    hallazgos: list[Hallazgo] = field(default_factory=list)
    dias: dict[date, Dia] = field(default_factory=lambda: defaultdict(Dia))
    preguntados: int = 0
    sin_respuesta: list[str] = field(default_factory=list)
    motivo: str = ""

    @property
    def por_revisar(self) -> int:
        return sum(hallazgo.clase not in INFORMATIVAS for hallazgo in self.hallazgos)


def conciliar(settings: Mapping[str, Any], periodo: Periodo, avance: Callable[[int, int], object] | None) -> Informe:
    """Ask the gateways about every attempt of the period, then compare all. Uses the network, unless ``avance`` is None.

    ``avance`` is told how many of how many were asked about.
    """
    informe = Informe()
    if avance:
        preguntar(settings, periodo, informe, avance)
    comparar(settings, periodo, informe)
    return informe


# -- with the gateways -------------------------------------------------------------------------------


def preguntar(settings: Mapping[str, Any], periodo: Periodo, informe: Informe, avance: Callable[[int, int], object]) -> None:
    calladas: dict[str, int] = defaultdict(int)
    intentos = del_periodo(periodo)
    for numero, intento in enumerate(intentos, 1):
        pasarela = de_nombre(settings, intento.pasarela)
        if pasarela is None or (pasarela.comercio, pasarela.pruebas) != (intento.comercio, bool(intento.pruebas)):
            if intento.estado not in SIN_PAGO:
                informe.hallazgos.append(de_intento("otra_cuenta", intento, intento.estado))
        elif calladas[intento.pasarela] >= SEGUIDAS:
            informe.sin_respuesta.append(intento.referencia)
        else:
            try:
                preguntar_por(pasarela, intento, periodo, informe)
                calladas[intento.pasarela] = 0
            except SinRespuestaError as error:
                informe.motivo = informe.motivo or str(error)
                calladas[intento.pasarela] += 1
                informe.sin_respuesta.append(intento.referencia)
        avance(numero, len(intentos))


def del_periodo(periodo: Periodo) -> list[Intento]:
    """The attempts that began in the period or moved money in it."""
    desde, antes_de = periodo.instantes
    con_dinero = Movimiento.select(Movimiento.intento).where(Movimiento.fecha.between(periodo.desde, periodo.hasta))
    suyos = ((Intento.creado >= desde) & (Intento.creado < antes_de)) | Intento.id.in_(con_dinero)
    return list(Intento.select().where(suyos & (Intento.pruebas <= int(periodo.pruebas))).order_by(Intento.id))


def preguntar_por(pasarela: Pasarela, intento: Intento, periodo: Periodo, informe: Informe) -> None:
    """Bring one attempt to what the gateway says, and tell what was missing here or there. Raises SinRespuestaError."""
    antes = filas(intento)
    dichas = pasarela.consultar(intento.referencia)
    propias = [una for una in dichas if verdad.diferencia(pasarela, intento, una) is None]
    despues = verdad.aplicar(pasarela, intento.id, dichas)
    if plazos.vencido(despues):
        verdad.vencer(intento.id)
    informe.preguntados += 1
    todas = filas(intento)
    informe.hallazgos += [de_fila("aplicado", intento, fila, fila.tipo) for fila in todas if fila not in antes]
    estados = {una.id[:60]: una.estado for una in propias}
    for fila in todas:
        estado = estados.get(fila.transaccion)
        if confirma(fila, estado):
            sumar(informe, periodo, fila.fecha, fila.valor)
        elif estado == "aprobada" or queda(fila, todas):
            dice = f"la pasarela lo tiene como {estado}" if estado else "la pasarela no lo tiene"
            informe.hallazgos.append(de_fila("sin_confirmar", intento, fila, f"{fila.tipo}: {dice}"))
    for una in dichas:
        if una.estado == "aprobada" and una not in propias:
            sumar(informe, periodo, local(una.fecha or intento.creado).date(), una.valor)


def filas(intento: Intento) -> list[Movimiento]:
    return list(Movimiento.select().where(Movimiento.intento == intento.id).order_by(Movimiento.id))


def confirma(fila: Movimiento, estado: str | None) -> bool:
    """Whether a transaction in this state is what a row of the ledger says."""
    return estado in verdad.CON_DINERO if fila.tipo == "pago" else estado == "reversada"


def queda(fila: Movimiento, todas: list[Movimiento]) -> int:
    """What is left of a payment after what was given back of it, in centavos."""
    suyas = [otra for otra in todas if (otra.transaccion, otra.codigo) == (fila.transaccion, fila.codigo)]
    return sum(otra.valor for otra in suyas)


def sumar(informe: Informe, periodo: Periodo, dia: date, valor: int) -> None:
    if periodo.desde <= dia <= periodo.hasta:
        informe.dias[dia].pasarela += valor


# -- with the deliveries -----------------------------------------------------------------------------


def comparar(settings: Mapping[str, Any], periodo: Periodo, informe: Informe) -> None:
    """What needs no network."""
    pruebas = int(periodo.pruebas)
    for dia, libro, entregado in fetch(POR_DIA_SQL, *periodo.dias, pruebas):
        del_dia = informe.dias[as_day(dia)]
        del_dia.libro, del_dia.entregado = int(libro), int(entregado)
    informe.hallazgos += [
        *por_revisar(periodo),
        *sin_entregar(periodo, settings["ENTREGAS_DIAS_PAGO"]),
        *otro_valor(periodo),
        *de_mas(periodo),
        *avisos_sueltos(periodo),
        *(hallazgo("saldo", *fila) for fila in fetch(SALDOS_SQL, *periodo.dias, pruebas)),
    ]


def por_revisar(periodo: Periodo) -> Iterable[Hallazgo]:
    """All that wait, of whatever day."""
    marcados = Intento.revisar.is_null(False) & (Intento.pruebas <= int(periodo.pruebas))
    return [de_intento("revision", uno, uno.revisar) for uno in Intento.select().where(marcados).order_by(Intento.id)]


def sin_entregar(periodo: Periodo, dias: int) -> Iterable[Hallazgo]:
    """Also of before the period, as long as a delivery may still bring them. What was given back as well owes nothing."""
    desde = min(periodo.desde, hoy() - timedelta(DIAS_ENTREGA))
    limite = min(periodo.hasta + timedelta(1), hoy() - timedelta(dias))
    found = fetch(SIN_ENTREGAR_SQL, str(desde), int(periodo.pruebas), str(limite))
    return [hallazgo("sin_entregar", *fila) for fila in found]


def otro_valor(periodo: Periodo) -> Iterable[Hallazgo]:
    for *fila, pago, valor, codigo in fetch(OTRO_VALOR_SQL, *periodo.dias):
        yield hallazgo("otro_valor", *fila, detalle=f"pago {pago}, código {codigo}: {pesos(int(valor))}")


def de_mas(periodo: Periodo) -> Iterable[Hallazgo]:
    """What was delivered under a reference as ours is, and is not the payment of any row of the ledger."""
    sueltos = [fila for fila in fetch(DE_MAS_SQL, *periodo.dias) if REFERENCIA(fila[0])]
    nuestras = conocidas({fila[0] for fila in sueltos})
    for *fila, pago in sueltos:
        yield hallazgo("de_mas" if fila[0] in nuestras else "desconocida", *fila, detalle=f"pago {pago}")


def conocidas(referencias: set[str]) -> set[str]:
    todas, nuestras = sorted(referencias), set()
    for inicio in range(0, len(todas), LOTE):
        found = Intento.select(Intento.referencia).where(Intento.referencia.in_(todas[inicio : inicio + LOTE]))
        nuestras |= {referencia for (referencia,) in found.tuples()}
    return nuestras


def avisos_sueltos(periodo: Periodo) -> Iterable[Hallazgo]:
    """The notices of the period that came to nothing, once for each reference and reason."""
    desde, antes_de = periodo.instantes
    sin_pago = AvisoRecibido.resultado.in_((avisos.SIN_INTENTO, avisos.NO_CONFIRMA))
    atrasado = AvisoRecibido.proximo.is_null(False) & (AvisoRecibido.recibido < utcnow() - AVISO_LARGO)
    when = (AvisoRecibido.recibido >= desde) & (AvisoRecibido.recibido < antes_de)
    found = (
        AvisoRecibido.select(AvisoRecibido.referencia, fn.MIN(AvisoRecibido.recibido), AvisoRecibido.resultado)
        .where(when & (sin_pago | atrasado))
        .group_by(AvisoRecibido.referencia, AvisoRecibido.resultado)
        .order_by(fn.MIN(AvisoRecibido.recibido), AvisoRecibido.referencia)
    )
    for referencia, recibido, resultado in found.tuples():
        instante = recibido if isinstance(recibido, datetime) else datetime.fromisoformat(recibido)
        clase = "aviso" if REFERENCIA(referencia) else "aviso_ajeno"
        yield Hallazgo(clase, referencia, local(instante).date(), detalle=resultado or "Todavía no se pudo confirmar.")


def hallazgo(clase: str, referencia: str, dia: Any, codigo: str, valor: Any, detalle: str = "") -> Hallazgo:
    """From a row of a fixed query."""
    return Hallazgo(clase, referencia, as_day(dia), codigo, int(valor), detalle)


def de_fila(clase: str, intento: Intento, fila: Movimiento, detalle: str) -> Hallazgo:
    return Hallazgo(clase, intento.referencia, fila.fecha, fila.codigo, fila.valor, detalle)


def de_intento(clase: str, intento: Intento, detalle: str) -> Hallazgo:
    codigos = " ".join(linea.codigo for linea in intento.facturas())
    return Hallazgo(clase, intento.referencia, local(intento.creado).date(), codigos, intento.valor, detalle)


def medianoche(dia: date) -> datetime:
    """When a day begins in Colombia, in UTC."""
    return datetime.combine(dia, time.min, BOGOTA).astimezone(UTC).replace(tzinfo=None)


# -- what a person decides ---------------------------------------------------------------------------


@transactional
def dar_por_revisado(intento_id: int, nota: str, quien: str) -> bool:
    """Take the mark ``revisar`` away: a person dealt with it, as ``nota`` says. Moves no money.

    False where there is no mark, and while the attempt is in revision: it must be closed first (``verdad.cerrar_revision``).
    """
    intento = verdad.bloquear(intento_id)
    if intento.revisar is None or intento.estado == "revision":
        return False
    intento.revisar = None
    intento.save(only=[Intento.revisar])
    audit.record("pago_revisado", intento.cuenta_id, actor=quien, detalle=f"{intento.referencia} {nota}")
    return True


def encontrar(texto: str) -> Intento | None:
    """An attempt by its reference, a transaction of it at the gateway, or the address of its page."""
    transaccion = texto[:60]
    con_ella = Movimiento.select(Movimiento.intento).where(Movimiento.transaccion == transaccion)
    ways = (
        Intento.referencia == texto.upper(),
        (Intento.transaccion == transaccion) | Intento.id.in_(con_ella),
        Intento.publico.in_(re.split(r"[/?#]", texto)),
    )
    return next(filter(None, (Intento.select().where(way).order_by(Intento.id.desc()).first() for way in ways)), None)
