"""A notice of a gateway with a right signature, as it came: written before it is answered."""

from peewee import AutoField, CharField, FixedCharField, SmallIntegerField, TextField

from .base import Base, InstantField


class AvisoRecibido(Base):
    """``huella`` is the SHA-256 of ``cuerpo``: the same one is kept once; ``dicho``, what it says,
    as JSON (see pasarelas.Aviso). ``proximo`` is when the worker looks at it next."""

    id = AutoField()
    pasarela = CharField(12)
    huella = FixedCharField(64)
    referencia = CharField(255, index=True)
    cuerpo = TextField()
    dicho = TextField()
    recibido = InstantField()
    intentos = SmallIntegerField()
    proximo = InstantField(null=True, index=True)
    resultado = CharField(200, null=True)

    class Meta:
        table_name = "aviso"
        indexes = ((("pasarela", "huella"), True),)
