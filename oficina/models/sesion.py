"""A signed-in browser. The cookie holds a random token, the table its SHA-256, so that a row can be ended."""

import secrets
from datetime import timedelta

from peewee import CharField, DeferredForeignKey, FixedCharField

from ..db import utcnow
from .base import Base, InstantField, fingerprint


class Sesion(Base):
    """``nivel`` is plena, or temporal after a log-in with the mailed password, which opens only Contraseña."""

    huella = FixedCharField(64, primary_key=True)
    cuenta = DeferredForeignKey("Cuenta", on_delete="CASCADE")
    nivel = CharField(8)
    creada = InstantField()
    caduca = InstantField(index=True)
    navegador = CharField(200)
    ip = CharField(45)

    @classmethod
    def abrir(cls, cuenta_id: int, horas: float, nivel: str, navegador: str, ip: str) -> str:
        """Store a session that lasts ``horas`` at most and return its token, which is kept nowhere else."""
        token = secrets.token_urlsafe(32)
        cls.create(
            huella=fingerprint(token),
            cuenta=cuenta_id,
            nivel=nivel,
            creada=utcnow(),
            caduca=utcnow() + timedelta(hours=horas),
            navegador=navegador[:200],
            ip=ip[:45],
        )
        return token

    @classmethod
    def cerrar(cls, token: str) -> int:
        """End the session of a token; how many there were (0 or 1)."""
        return cls.delete().where(cls.huella == fingerprint(token)).execute()
