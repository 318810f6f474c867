"""A customer code (código de usuario): a connection that is billed. Published by deliveries, never edited here."""

import re

from peewee import CharField, SmallIntegerField

from .base import Base

USOS = ("residencial", "comercial", "industrial", "oficial", "especial", "provisional")
ESTADOS = ("activo", "suspendido", "cortado", "retirado")
CODIGO = re.compile(r"[0-9A-Z]{1,20}")


class Predio(Base):
    codigo = CharField(20, primary_key=True)
    nombre = CharField(120)
    documento_tipo = CharField(5, null=True)
    documento = CharField(20, null=True)
    direccion = CharField(160)
    barrio = CharField(80, null=True)
    municipio = CharField(60, null=True)
    telefono = CharField(30, null=True)
    correo = CharField(254, null=True)
    uso = CharField(12)
    estrato = SmallIntegerField(null=True)
    ciclo = CharField(10, null=True)
    ruta = CharField(30, null=True)
    medidor = CharField(30, null=True)
    estado = CharField(12)


def normalizar_codigo(text: str | None) -> str:
    """A code as typed, without blanks, dots or hyphens, in capitals. Leading zeros stay."""
    return re.sub(r"[\s.\-]", "", text or "").upper()
