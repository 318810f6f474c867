"""The ledger of what was paid online: rows are added, never deleted."""

from dataclasses import dataclass
from datetime import date

from peewee import AutoField, BigIntegerField, CharField, ForeignKeyField

from ..db import fetch
from .base import Base, DayField, InstantField, as_day
from .intento import Intento
from .pago import a_la_vista

# A row stops counting once a delivery has the same payment, and counts again if that delivery is undone.
SIN_APLICAR = "NOT EXISTS (SELECT 1 FROM pago x WHERE x.id = {m}.pago)"
# Of a row of either kind.
DEVUELTO = """EXISTS (SELECT 1 FROM movimiento r WHERE r.intento_id = {m}.intento_id
                  AND r.transaccion = {m}.transaccion AND r.tipo = 'reverso' AND r.codigo = {m}.codigo)"""

EN_PROCESO_SQL = f"""
SELECT m.codigo, m.factura, m.fecha, m.valor, m.banco, m.medio, i.referencia,
       CASE WHEN i.cuenta_id = a.cuenta_id THEN i.publico END, {DEVUELTO.format(m="m")}
  FROM asociacion a JOIN movimiento m ON m.codigo = a.codigo JOIN intento i ON i.id = m.intento_id
 WHERE a.cuenta_id = ? AND {SIN_APLICAR.format(m="m")} AND {a_la_vista("m")}
 ORDER BY m.codigo, m.id DESC
"""  # noqa: S608


class Movimiento(Base):
    """One row by transaction and code: ``pago`` when approved (``valor`` positive, in centavos), ``reverso`` when given back.

    ``saldo`` is the part of ``valor`` for which there was no debt (saldo a favor). ``fecha`` is the day in Colombia on which
    the row was written, so that a day that is over never changes. ``pago``, the payment of a delivery that is this one.
    ``referencia``, the payment reference of the bill, and ``medio`` to ``pagado``, what the gateway told of the transaction,
    are as they were then: the bill may be published anew, and its attempt may have another transaction later.
    """

    id = AutoField()
    intento = ForeignKeyField(Intento, index=False)
    transaccion = CharField(60)
    tipo = CharField(8)
    codigo = CharField(20)
    factura = CharField(30)
    valor = BigIntegerField()
    saldo = BigIntegerField()
    referencia = CharField(48, null=True)
    medio = CharField(40, null=True)
    banco = CharField(80, null=True)
    cus = CharField(40, null=True)
    autorizacion = CharField(40, null=True)
    pagado = InstantField(null=True)
    fecha = DayField()
    momento = InstantField()
    pago = CharField(40, null=True, unique=True)

    class Meta:
        indexes = (
            (("intento", "transaccion", "tipo", "codigo"), True),
            (("codigo", "fecha"), False),
            (("fecha", "id"), False),
        )


@dataclass(frozen=True, slots=True)
class EnProceso:
    """A payment made online, or what was given back of one, that no delivery has yet; ``valor`` in centavos.

    ``publico`` is the address of its attempt where that is of the account that asks. ``devuelto``: it was given back.
    """

    codigo: str
    factura: str
    fecha: date
    valor: int
    banco: str | None
    medio: str | None
    referencia: str
    publico: str | None
    devuelto: bool

    @classmethod
    def de_cuenta(cls, cuenta_id: int) -> list["EnProceso"]:
        """Those of the codes of an account that it may see, by code, newest first; one query."""
        return [cls(*row[:2], as_day(row[2]), *row[3:-1], bool(row[-1])) for row in fetch(EN_PROCESO_SQL, cuenta_id)]
