"""A payment as the billing system knows it."""

from dataclasses import dataclass
from datetime import date

from peewee import BigIntegerField, CharField, ForeignKeyField

from ..db import fetch
from .base import Base, DayField, as_day
from .predio import Predio

CANALES = ("banco", "internet", "oficina", "corresponsal", "débito")

LAST_SQL = """
SELECT codigo, id, factura, fecha, valor, canal, entidad FROM (
    SELECT p.codigo, p.id, p.factura, p.fecha, p.valor, p.canal, p.entidad,
           ROW_NUMBER() OVER (PARTITION BY p.codigo ORDER BY p.fecha DESC, p.id DESC) AS puesto
      FROM pago p JOIN asociacion a ON a.codigo = p.codigo
     WHERE a.cuenta_id = ?) ultimos
 WHERE puesto <= ? ORDER BY codigo, puesto
"""


class Pago(Base):
    """``valor`` in centavos; ``factura`` is the number of the bill, where the billing system says it."""

    id = CharField(40, primary_key=True)
    predio = ForeignKeyField(Predio, column_name="codigo", object_id_name="codigo", backref="pagos", index=False)
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
        rows = fetch(LAST_SQL, cuenta_id, cuantos)
        return [cls(*row[:3], as_day(row[3]), *row[4:]) for row in rows]
