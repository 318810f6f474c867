"""A bill and its lines. Printed as delivered, never recomputed."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from peewee import BigIntegerField, CharField, CompositeKey, FixedCharField, ForeignKeyField, SmallIntegerField

from ..db import fetch
from .base import Base, DayField, as_day
from .movimiento import SIN_APLICAR
from .pago import a_la_vista
from .predio import Predio

SERVICIOS = ("acueducto", "alcantarillado", "aseo", "otros")
LECTURAS = ("real", "promedio")

# What was paid towards the latest bill: payments that name it, and any made after it was issued
# (a late payment of an older bill lowers the balance that the latest one carries).
# What was paid online counts beside it until a delivery has the same payment.
BILL_SQL = f"""
SELECT f.numero, f.codigo, f.periodo, f.expedida, f.vence, f.suspension, f.total, f.referencia, f.facturas_vencidas,
       f.saldo_anterior, f.intereses, (SELECT COALESCE(SUM(p.valor), 0) FROM pago p
         WHERE p.codigo = f.codigo AND (p.factura = f.numero OR p.fecha > f.expedida){{and_payment}}),
       (SELECT COALESCE(SUM(m.valor - m.saldo), 0) FROM movimiento m
         WHERE m.codigo = f.codigo AND (m.factura = f.numero OR m.fecha > f.expedida)
           AND {SIN_APLICAR.format(m="m")}{{and_movement}}),
       (SELECT i.estado FROM pago_abierto b JOIN intento i ON i.id = b.intento_id WHERE b.codigo = f.codigo{{and_open}})
  FROM factura f{{join}} WHERE f.codigo = ?{{and_bill}} ORDER BY f.expedida DESC, f.numero DESC LIMIT 1
"""  # noqa: S608
LATEST_SQL = BILL_SQL.format(join="", and_bill="", and_payment="", and_movement="", and_open="")
LIMITED_SQL = BILL_SQL.format(
    join=" JOIN asociacion a ON a.codigo = f.codigo",
    and_bill=" AND f.expedida <= a.ve_hasta",
    and_payment=f" AND {a_la_vista('p')}",
    and_movement=f" AND {a_la_vista('m')}",
    # The new holder may be paying a bill of later.
    and_open=" AND EXISTS (SELECT 1 FROM intento_factura l WHERE l.intento_id = i.id AND l.factura = f.numero)",
)

HISTORY_SQL = """
SELECT f.numero, f.periodo, f.desde, f.hasta, f.expedida, f.vence, f.consumo, f.lectura_tipo, f.saldo_anterior, f.intereses,
       f.total
  FROM asociacion a JOIN factura f ON f.codigo = a.codigo
 WHERE a.cuenta_id = ? AND a.codigo = ? AND f.expedida <= ? AND (a.ve_hasta IS NULL OR f.expedida <= a.ve_hasta)
 ORDER BY f.expedida DESC, f.numero DESC LIMIT ?
"""
LINES_SQL = """
SELECT numero, orden, servicio, concepto, cantidad, unidad, tarifa, valor FROM concepto
 WHERE numero IN (?, ?) ORDER BY numero, orden
"""


def days_billed(bill: "Factura | FacturaAnterior") -> int | None:
    """How many days a bill charges, None where it does not say."""
    return (bill.hasta - bill.desde).days + 1 if bill.desde and bill.hasta else None


class Factura(Base):
    """``total``, ``saldo_anterior``, ``intereses`` in centavos; readings and ``consumo`` in litres (1 m³ = 1000)."""

    numero = CharField(30, primary_key=True)
    predio = ForeignKeyField(Predio, column_name="codigo", object_id_name="codigo", index=False)
    periodo = FixedCharField(7)
    desde = DayField(null=True)
    hasta = DayField(null=True)
    expedida = DayField()
    vence = DayField()
    suspension = DayField(null=True)
    lectura_anterior = BigIntegerField(null=True)
    lectura_actual = BigIntegerField(null=True)
    consumo = BigIntegerField(null=True)
    lectura_tipo = CharField(8, null=True)
    saldo_anterior = BigIntegerField()
    facturas_vencidas = SmallIntegerField()
    intereses = BigIntegerField()
    total = BigIntegerField()
    referencia = CharField(48)
    cude = CharField(96, null=True)

    dias = property(days_billed)

    @classmethod
    def recientes(cls, codigo: str, cuantas: int):
        """The numbers of the latest ``cuantas`` bills of a code, as a query of tuples."""
        return (
            cls.select(cls.numero)
            .where(cls.predio == codigo)
            .order_by(cls.expedida.desc(), cls.numero.desc())
            .limit(cuantas)
            .tuples()
        )

    def lineas(self):
        """Its lines in the order of the bill."""
        return Concepto.select().where(Concepto.factura == self.numero).order_by(Concepto.orden)


class Concepto(Base):
    """A line: ``valor`` in centavos (subsidies negative), ``cantidad`` in thousandths, ``tarifa`` in 1/10000 peso."""

    factura = ForeignKeyField(Factura, column_name="numero", object_id_name="numero", index=False)
    orden = SmallIntegerField()
    servicio = CharField(15)
    concepto = CharField(120)
    cantidad = BigIntegerField(null=True)
    unidad = CharField(12, null=True)
    tarifa = BigIntegerField(null=True)
    valor = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("factura", "orden")


@dataclass(frozen=True, slots=True)
class UltimaFactura:
    """The latest bill of a code as the panel shows it, read by one fixed query; money in centavos.

    ``abonado`` is all that was paid towards it, ``en_linea`` the part of it that was paid online and no delivery has yet.
    ``abierto`` is the state of an attempt to pay the code that may become a payment (see OCUPAN), None where there is none.
    """

    numero: str
    codigo: str
    periodo: str
    expedida: date
    vence: date
    suspension: date | None
    total: int
    referencia: str
    facturas_vencidas: int
    saldo_anterior: int
    intereses: int
    abonado: int
    en_linea: int
    abierto: str | None

    @classmethod
    def de(cls, codigo: str, limitada: bool = False) -> "UltimaFactura | None":
        """The latest bill of ``codigo``, None where there is none. The caller answers for who may ask.

        ``limitada``: the latest that the account of a code with another holder may see, as if nothing newer were there.
        """
        rows = fetch(LIMITED_SQL if limitada else LATEST_SQL, codigo)
        return cls.de_fila(rows[0]) if rows else None

    @classmethod
    def de_codigos(cls, codigos: list[str]) -> dict[str, "UltimaFactura"]:
        """The latest bills by code, of those that have one; a single query, for as many codes as a page shows."""
        together = " UNION ALL ".join(f"SELECT * FROM ({LATEST_SQL}) u{place}" for place in range(len(codigos)))  # noqa: S608
        rows = fetch(together, *codigos) if codigos else ()
        return {factura.codigo: factura for factura in map(cls.de_fila, rows)}

    @classmethod
    def de_fila(cls, fila: tuple) -> "UltimaFactura":
        row = list(fila)
        row[3:6] = as_day(row[3]), as_day(row[4]), as_day(row[5])
        delivered, online = int(row[-3]), int(row[-2])
        return cls(*row[:-3], delivered + online, online, row[-1])

    @property
    def por_pagar(self) -> int:
        """What is still owed, in centavos, never below zero."""
        return max(self.total - self.abonado, 0)

    def estado(self, hoy: date) -> str:
        """pagada, vencida or pendiente on the day ``hoy`` in Colombia."""
        if self.por_pagar == 0:
            return "pagada"
        return "vencida" if hoy > self.vence else "pendiente"


@dataclass(frozen=True, slots=True)
class FacturaAnterior:
    """A bill among those of its code, as what compares them needs it; money in centavos, ``consumo`` in litres."""

    numero: str
    periodo: str
    desde: date | None
    hasta: date | None
    expedida: date
    vence: date
    consumo: int | None
    lectura_tipo: str | None
    saldo_anterior: int
    intereses: int
    total: int

    @classmethod
    def de_codigo(cls, cuenta_id: int, codigo: str, cuantas: int, hasta: Factura | None = None) -> list["FacturaAnterior"]:
        """The latest ``cuantas`` bills that an account may see of its code, newest first; one fixed query.

        ``hasta``: that bill and those before it.
        """
        until = str(hasta.expedida) if hasta else "9999-12-31"
        rows = fetch(HISTORY_SQL, cuenta_id, codigo, until, cuantas)
        bills = [cls(*row[:2], *map(as_day, row[2:6]), *row[6:]) for row in rows]
        # Others may have been issued after it on its own day.
        return [bill for bill in bills if not hasta or (bill.expedida, bill.numero) <= (hasta.expedida, hasta.numero)]

    dias = property(days_billed)


class Linea(NamedTuple):
    """A line of a bill (see Concepto), read by a fixed query."""

    numero: str
    orden: int
    servicio: str
    concepto: str
    cantidad: int | None
    unidad: str | None
    tarifa: int | None
    valor: int

    @classmethod
    def de_facturas(cls, numero: str, otra: str) -> tuple[list["Linea"], list["Linea"]]:
        """The lines of two bills, which the caller may see; one query."""
        lines = [cls(*row) for row in fetch(LINES_SQL, numero, otra)]
        return [line for line in lines if line.numero == numero], [line for line in lines if line.numero == otra]
