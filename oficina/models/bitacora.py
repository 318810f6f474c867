"""The audit trail: one row beside each act on an account, never changed."""

from peewee import AutoField, CharField, IntegerField

from .base import Base, InstantField


class Bitacora(Base):
    id = AutoField()
    momento = InstantField()
    evento = CharField(40)
    actor = CharField(80)
    cuenta_id = IntegerField(null=True)
    codigo = CharField(20, null=True)
    ip = CharField(45, null=True)
    detalle = CharField(500, null=True)

    class Meta:
        indexes = ((("cuenta_id", "momento"), False),)
