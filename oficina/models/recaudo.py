"""A payment in a file of a bank (Asobancaria 2001), whose customer may have to be identified."""

from peewee import BigIntegerField, CharField, FixedCharField

from .base import Base, DayField


class Recaudo(Base):
    """``valor`` in centavos; ``pago`` is the id of the payment it is, None while nobody knows whose it is."""

    id = CharField(40, primary_key=True)
    fecha = DayField()
    valor = BigIntegerField()
    referencia = CharField(48)
    banco = FixedCharField(3)
    canal = CharField(12, null=True)
    entidad = CharField(60, null=True)
    pago = CharField(40, null=True)
