"""A bill that was mailed to an account that wants its bills so. The two are the key: each one once, also in a race."""

from peewee import CharField, CompositeKey, DeferredForeignKey

from .base import Base, InstantField


class FacturaAvisada(Base):
    cuenta = DeferredForeignKey("Cuenta", on_delete="CASCADE", index=False)
    factura = CharField(30)
    avisada = InstantField()

    class Meta:
        primary_key = CompositeKey("cuenta", "factura")
