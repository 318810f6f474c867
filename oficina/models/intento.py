"""An attempt to pay online: one reference at a gateway, for the latest bills of one code or several."""

from datetime import datetime

from peewee import (
    AutoField,
    BigIntegerField,
    CharField,
    CompositeKey,
    DeferredForeignKey,
    FixedCharField,
    ForeignKeyField,
    SmallIntegerField,
)

from .base import Base, InstantField

# What may still become a payment by itself. A late approval counts from any other too.
ABIERTOS = ("creado", "pendiente")
# While one of these has a code, nobody can begin to pay it again: its money may be there.
OCUPAN = (*ABIERTOS, "revision")
# What ended without a payment, as far as is known.
SIN_PAGO = ("rechazado", "vencido", "cancelado")


class Intento(Base):
    """``valor`` in centavos; instants in UTC. Its states and what leads from one to another: docs/estados.md.

    ``publico`` is the random address of its page, ``referencia`` what the gateway and the billing system know it by.
    ``comercio`` and ``pruebas`` are the account and the environment in which it was begun; ``consultado`` is when the
    gateway answered last when it was asked.
    """

    id = AutoField()
    publico = FixedCharField(22, unique=True)
    referencia = CharField(24, unique=True)
    pasarela = CharField(12)
    comercio = CharField(80)
    pruebas = SmallIntegerField()
    cuenta = DeferredForeignKey("Cuenta", null=True, index=False)
    correo = CharField(254, null=True)
    estado = CharField(10)
    valor = BigIntegerField()
    creado = InstantField()
    cambiado = InstantField()
    proximo = InstantField(null=True, index=True)
    consultado = InstantField(null=True)
    tardio = SmallIntegerField()
    revisar = CharField(200, null=True)
    transaccion = CharField(60, null=True)
    medio = CharField(40, null=True)
    banco = CharField(80, null=True)
    cus = CharField(40, null=True)
    autorizacion = CharField(40, null=True)
    motivo = CharField(200, null=True)
    pagado = InstantField(null=True)

    class Meta:
        indexes = ((("cuenta_id", "id"), False), (("creado",), False))

    @classmethod
    def vencidos_para_preguntar(cls, ahora: datetime):
        """Those about which the gateway is to be asked at ``ahora``, as a query, the longest overdue first."""
        return cls.select().where(cls.proximo <= ahora).order_by(cls.proximo, cls.id)

    @property
    def abierto(self) -> bool:
        return self.estado in ABIERTOS

    def facturas(self):
        """What it pays, by code, as a query."""
        return IntentoFactura.select().where(IntentoFactura.intento == self.id).order_by(IntentoFactura.codigo)


class IntentoFactura(Base):
    """A bill that an attempt pays; ``valor`` in centavos is what was owed of it when the attempt began."""

    intento = ForeignKeyField(Intento, index=False)
    codigo = CharField(20, index=True)
    factura = CharField(30)
    valor = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("intento", "codigo")


class PagoAbierto(Base):
    """The attempt that is open for a code. The code is the key: one at most, also in a race."""

    codigo = CharField(20, primary_key=True)
    intento = ForeignKeyField(Intento)

    @classmethod
    def de_codigos(cls, codigos: list[str]) -> dict[str, Intento]:
        """The attempts that are open, by code."""
        rows = cls.select(cls, Intento).join(Intento).where(cls.codigo.in_(codigos)) if codigos else ()
        return {row.codigo: row.intento for row in rows}
