"""A change of e-mail address that waits to be confirmed from the new one."""

import secrets
from datetime import timedelta

from peewee import CharField, DeferredForeignKey, FixedCharField

from ..db import utcnow
from .base import Base, InstantField, fingerprint

HOURS = 24


class CambioCorreo(Base):
    cuenta = DeferredForeignKey("Cuenta", primary_key=True, on_delete="CASCADE")
    correo = CharField(254)
    huella = FixedCharField(64, unique=True)
    creado = InstantField()
    caduca = InstantField()

    @classmethod
    def pedir(cls, cuenta_id: int, correo: str) -> str:
        """Replace any earlier request; the token of the link to be mailed to ``correo``, valid 24 hours."""
        token = secrets.token_urlsafe(32)
        cls.delete().where(cls.cuenta == cuenta_id).execute()
        cls.create(
            cuenta=cuenta_id,
            correo=correo,
            huella=fingerprint(token),
            creado=utcnow(),
            caduca=utcnow() + timedelta(hours=HOURS),
        )
        return token

    @classmethod
    def con_token(cls, token: str):
        """The pending requests of a mailed token, as a query of at most one row."""
        return cls.select().where((cls.huella == fingerprint(token)) & (cls.caduca > str(utcnow())))
