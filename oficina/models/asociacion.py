"""A code taken by an account. The code is the key: exactly one account per code, also in a race."""

from dataclasses import dataclass

from peewee import DeferredForeignKey, ForeignKeyField, SmallIntegerField

from .base import Base, InstantField
from .predio import Predio


class Asociacion(Base):
    """``principal`` is 1 for the main code, else NULL; ``revisar`` flags a change of holder.

    The main code is the first one, unless the systems area chose another.
    """

    predio = ForeignKeyField(Predio, column_name="codigo", object_id_name="codigo", primary_key=True)
    cuenta = DeferredForeignKey("Cuenta", on_delete="CASCADE", index=False)
    principal = SmallIntegerField(null=True)
    creada = InstantField()
    revisar = InstantField(null=True)

    class Meta:
        indexes = ((("cuenta_id", "principal"), True),)


@dataclass(frozen=True, slots=True)
class CodigoAsociado:
    """A code of an account as selectors and tables show it."""

    codigo: str
    principal: int | None
    direccion: str
    barrio: str | None
    uso: str
    estrato: int | None
    estado: str
