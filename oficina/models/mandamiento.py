"""A coercive collection process (cobro coactivo; Ley 1066 de 2006, Estatuto Tributario 823 and following)."""

from peewee import BigIntegerField, CharField, ForeignKeyField

from .base import Base, DayField
from .predio import Predio

ESTADOS = ("persuasivo", "librado", "notificado", "excepciones", "ejecucion", "medidas", "acuerdo", "terminado")


class Mandamiento(Base):
    """``capital``, ``intereses``, ``costas`` in centavos at the day ``corte``; ``facturas`` separated by spaces."""

    proceso = CharField(30, primary_key=True)
    predio = ForeignKeyField(Predio, column_name="codigo", object_id_name="codigo", index=False)
    mandamiento = CharField(40, null=True)
    fecha = DayField()
    estado = CharField(12)
    notificado = DayField(null=True)
    limite = DayField(null=True)
    capital = BigIntegerField()
    intereses = BigIntegerField()
    costas = BigIntegerField()
    corte = DayField()
    facturas = CharField(2000, null=True)
    medidas = CharField(1000, null=True)
    contacto = CharField(300, null=True)

    @property
    def total(self) -> int:
        """Capital, interest and costs in centavos, at the day ``corte``."""
        return self.capital + self.intereses + self.costas
