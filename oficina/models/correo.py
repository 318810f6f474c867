"""The outbox: a message queued in the transaction of its act, delivered later by the worker."""

from peewee import AutoField, CharField, SmallIntegerField, TextField

from .base import Base, InstantField


class Correo(Base):
    """``datos`` is what the template needs, as encrypted JSON (see mail.py); emptied once delivered."""

    id = AutoField()
    plantilla = CharField(40)
    para = CharField(254)
    datos = TextField()
    identificador = CharField(120, unique=True)
    estado = CharField(10)
    creado = InstantField()
    proximo = InstantField()
    intentos = SmallIntegerField()
    enviado = InstantField(null=True)
    error = CharField(300, null=True)

    class Meta:
        indexes = ((("estado", "proximo"), False),)
