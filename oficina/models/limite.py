"""What is counted against abuse: requests per window, failed log-ins, captchas already answered."""

from peewee import BigIntegerField, CharField, FixedCharField, IntegerField

from .base import Base


class Limite(Base):
    """A counter of Flask-Limiter; ``vence`` is Unix time in seconds."""

    clave = CharField(200, primary_key=True)
    cuenta = IntegerField()
    vence = BigIntegerField(index=True)


class Espera(Base):
    """Failed log-ins of something (an account, an address); no try before ``hasta``, forgotten at ``vence``."""

    clave = FixedCharField(64, primary_key=True)
    fallos = IntegerField()
    hasta = BigIntegerField()
    vence = BigIntegerField(index=True)


class CaptchaUsado(Base):
    """A captcha that was answered, rightly or not; each serves once."""

    nonce = FixedCharField(32, primary_key=True)
    vence = BigIntegerField(index=True)
