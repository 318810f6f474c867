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


def a_la_vista(pago: str) -> str:
    """In SQL, whether the account of the association ``a`` may see the payment ``pago`` though its code may be limited.

    One that names a bill follows the bill. Another may be the new holder's from the day after the change was published;
    days begin at 05:00 UTC in Colombia, the whole year.
    """
    bill = f"(SELECT v.expedida <= a.ve_hasta FROM factura v WHERE v.numero = {pago}.factura)"  # noqa: S608
    return f"(a.ve_hasta IS NULL OR COALESCE({bill}, CONCAT({pago}.fecha, ' 05:00:00') <= a.revisar))"


# From the day of the n-th newest payment on: read from the index, however many there are. Several on that day give more than n.
PAYMENTS_SQL = """
SELECT p.codigo, p.id, p.factura, p.fecha, p.valor, p.canal, p.entidad
  FROM asociacion a JOIN pago p ON p.codigo = a.codigo
 WHERE a.cuenta_id = ?{and_p}
   AND p.fecha >= COALESCE((SELECT q.fecha FROM pago q WHERE q.codigo = a.codigo{and_q}
                             ORDER BY q.fecha DESC, q.id DESC LIMIT 1 OFFSET ?), '1900-01-01')
 ORDER BY p.codigo, p.fecha DESC, p.id DESC
"""
LAST_SQL = PAYMENTS_SQL.format(and_p="", and_q="")
LIMITED_SQL = PAYMENTS_SQL.format(and_p=f" AND {a_la_vista('p')}", and_q=f" AND {a_la_vista('q')}")


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
    def de_cuenta(cls, cuenta_id: int, limitada: bool, cuantos: int = 3) -> list["UltimoPago"]:
        """The last ``cuantos`` payments of each code of an account, by code, newest first; one query.

        ``limitada``: some of its codes have another holder, so that it does not see all.
        """
        rows = fetch(LIMITED_SQL if limitada else LAST_SQL, cuenta_id, cuantos - 1)
        by_code = [list(islice(group, cuantos)) for _, group in groupby(rows, key=itemgetter(0))]
        return [cls(*row[:3], as_day(row[3]), *row[4:]) for group in by_code for row in group]
