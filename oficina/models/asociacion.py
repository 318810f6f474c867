"""A code taken by an account. The code is the key: exactly one account per code, also in a race."""

from dataclasses import dataclass

from peewee import DeferredForeignKey, ForeignKeyField, SmallIntegerField

from .base import Base, DayField, InstantField
from .predio import Predio


class Asociacion(Base):
    """``principal`` is 1 for the main code, else NULL; ``revisar`` flags a change of holder.

    ``ve_hasta``: while the staff has not decided on a change of holder, its account sees no bill issued after that day.

    It keeps the code too: letting it go and proving an old bill again would show everything.

    The main code is the first one, unless the systems area chose another.
    """

    predio = ForeignKeyField(Predio, column_name="codigo", object_id_name="codigo", primary_key=True)
    cuenta = DeferredForeignKey("Cuenta", on_delete="CASCADE", index=False)
    principal = SmallIntegerField(null=True)
    creada = InstantField()
    revisar = InstantField(null=True)
    ve_hasta = DayField(null=True)

    class Meta:
        indexes = ((("cuenta_id", "principal"), True),)

    @classmethod
    def alcanza(cls, dia):
        """Whether what is dated on the column ``dia`` is within what the account may see, as a condition of a query."""
        return cls.ve_hasta.is_null() | (dia <= cls.ve_hasta)

    @classmethod
    def retirable(cls):
        """Whether its customer may let it go, as a condition of a query."""
        return cls.principal.is_null() & cls.ve_hasta.is_null()

    @property
    def limitada(self) -> bool:
        """Whether its account does not see what is newer, for the code has another holder."""
        return self.ve_hasta is not None


@dataclass(frozen=True, slots=True)
class CodigoAsociado:
    """A code of an account as selectors and tables show it; ``limitado`` is 1 where another holder was registered for it."""

    codigo: str
    principal: int | None
    direccion: str
    barrio: str | None
    uso: str
    estrato: int | None
    estado: str
    limitado: int
