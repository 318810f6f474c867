"""The keys of which a delivery replaced a version."""

from peewee import CharField, CompositeKey, IntegerField

from .base import Base


class Reemplazo(Base):
    entrega = IntegerField()
    tabla = CharField(12)
    clave = CharField(40)

    class Meta:
        primary_key = CompositeKey("entrega", "tabla", "clave")
