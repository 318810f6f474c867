"""The temporary password of "Olvidó su contraseña": one alive per account, used once, short-lived."""

import secrets
from datetime import timedelta

from peewee import CharField, DeferredForeignKey, SmallIntegerField

from ..db import utcnow
from .base import Base, InstantField
from .claves import NADIE, cifrar, coincide

# 31 symbols without look-alikes; four groups of four are 79 bits.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
# Guessing 79 bits is hopeless; fewer tries would let strangers spend it for its owner.
TRIES = 100


class ClaveTemporal(Base):
    cuenta = DeferredForeignKey("Cuenta", primary_key=True, on_delete="CASCADE")
    clave = CharField(150)
    creada = InstantField()
    caduca = InstantField()
    intentos = SmallIntegerField()
    usada = InstantField(null=True)

    @classmethod
    def crear(cls, cuenta_id: int, minutos: int) -> str:
        """Replace any earlier one; the new password in the clear, to be mailed and kept nowhere."""
        clave = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
        cls.delete().where(cls.cuenta == cuenta_id).execute()
        cls.create(
            cuenta=cuenta_id, clave=cifrar(clave), creada=utcnow(), caduca=utcnow() + timedelta(minutes=minutos), intentos=0
        )
        return clave

    @classmethod
    def acierta(cls, cuenta_id: int, clave: str) -> bool:
        """Whether ``clave`` is it. Each try counts; after 100, or once used or expired, it is worth nothing."""
        alive = (cls.cuenta == cuenta_id) & cls.usada.is_null() & (cls.caduca > str(utcnow())) & (cls.intentos < TRIES)
        counted = cls.update(intentos=cls.intentos + 1).where(alive).execute()
        row = cls.get_or_none(cls.cuenta == cuenta_id) if counted else None
        # Where none is alive the same work is done, so that the time does not tell.
        return coincide(row.clave if row else NADIE, clave) and row is not None

    @classmethod
    def gastar(cls, cuenta_id: int) -> bool:
        """Use it up; False where somebody else did. Belongs in the transaction that opens the session."""
        unused = (cls.cuenta == cuenta_id) & cls.usada.is_null()
        return cls.update(usada=utcnow()).where(unused).execute() == 1
