"""A payment as the billing system knows it."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from operator import itemgetter

from peewee import BigIntegerField, CharField, ForeignKeyField

from ..db import fetch
from .base import Base, DayField, as_day
from .predio import Predio

CANALES = ("banco", "internet", "oficina", "corresponsal", "débito")

# From the day of the n-th newest payment on: read from the index, however many there are. Several on that day give more than n.
LAST_SQL = """
SELECT p.codigo, p.id, p.factura, p.fecha, p.valor, p.canal, p.entidad
  FROM asociacion a JOIN pago p ON p.codigo = a.codigo
 WHERE a.cuenta_id = ?
   AND p.fecha >= COALESCE((SELECT q.fecha FROM pago q WHERE q.codigo = a.codigo
                             ORDER BY q.fecha DESC, q.id DESC LIMIT 1 OFFSET ?), '1900-01-01')
 ORDER BY p.codigo, p.fecha DESC, p.id DESC
"""


class Pago(Base):
    """``valor`` in centavos; ``factura`` is the number of the bill, where the billing system says it."""

    id = CharField(40, primary_key=True)
    predio = ForeignKeyField(Predio, column_name="codigo", object_id_name="codigo", index=False)
    factura = CharField(30, null=True)
    fecha = DayField()
    valor = BigIntegerField()
    canal = CharField(12, null=True)
    entidad = CharField(60, null=True)
    referencia_pasarela = CharField(60, null=True)

    class Meta:
        indexes = ((("codigo", "fecha", "id"), False),)


@dataclass(frozen=True, slots=True)
class UltimoPago:
    """A payment as the page of payments shows it; ``valor`` in centavos."""

    codigo: str
    id: str
    factura: str | None
    fecha: date
    valor: int
    canal: str | None
    entidad: str | None

    @classmethod
    def de_cuenta(cls, cuenta_id: int, cuantos: int = 3) -> list["UltimoPago"]:
        """The last ``cuantos`` payments of each code of an account, by code, newest first; one query."""
        rows = fetch(LAST_SQL, cuenta_id, cuantos - 1)
        by_code = [list(islice(group, cuantos)) for _, group in groupby(rows, key=itemgetter(0))]
        return [cls(*row[:3], as_day(row[3]), *row[4:]) for group in by_code for row in group]
