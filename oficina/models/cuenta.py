"""An account of the office: its person, its codes, its password. Everything of a customer is found through it."""

from datetime import date
from typing import NamedTuple

from flask_login import UserMixin
from peewee import AutoField, CharField, SmallIntegerField

from ..db import fetch, utcnow
from .asociacion import Asociacion, CodigoAsociado
from .base import Base, InstantField, as_day, as_instant, fingerprint
from .cambio_correo import CambioCorreo
from .clave_temporal import ClaveTemporal
from .claves import cifrar, coincide
from .correo import Correo
from .entrega import PUBLISHED_SQL
from .factura import Factura
from .factura_avisada import FacturaAvisada
from .intento import Intento
from .mandamiento import Mandamiento
from .movimiento import DEVUELTO, EnProceso
from .pago import UltimoPago
from .predio import Predio
from .sesion import Sesion

DOCUMENTOS = {
    "CC": "Cédula de ciudadanía",
    "CE": "Cédula de extranjería",
    "NIT": "NIT",
    "PPT": "Permiso por protección temporal",
    "PP": "Pasaporte",
    "TI": "Tarjeta de identidad",
}

SESSION_SQL = """
SELECT c.id, c.correo, c.correo_confirmado, c.clave, c.documento_tipo, c.documento, c.nombres, c.apellidos, c.celular,
       c.telefono, c.direccion, c.municipio, c.factura_por_correo, c.creada, s.nivel
  FROM sesion s JOIN cuenta c ON c.id = s.cuenta_id
 WHERE s.huella = ? AND s.caduca > ? AND c.bloqueada IS NULL AND c.eliminada IS NULL
"""
SESSION_FIELDS = (
    *("id", "correo", "correo_confirmado", "clave", "documento_tipo", "documento", "nombres", "apellidos", "celular"),
    *("telefono", "direccion", "municipio", "factura_por_correo", "creada"),
)

# The most hurried query of all: the conditions of a session and of the codes of an account in one.
SEES_SQL = f"""
SELECT a.ve_hasta, ({PUBLISHED_SQL}), (SELECT MAX(m.id) FROM movimiento m WHERE m.codigo = a.codigo),
       (SELECT i.estado FROM pago_abierto b JOIN intento i ON i.id = b.intento_id WHERE b.codigo = a.codigo)
  FROM sesion s JOIN cuenta c ON c.id = s.cuenta_id JOIN asociacion a ON a.cuenta_id = c.id
 WHERE s.huella = ? AND s.caduca > ? AND s.nivel = 'plena' AND c.bloqueada IS NULL AND c.eliminada IS NULL AND a.codigo = ?
"""  # noqa: S608

ONLINE_SQL = f"""
SELECT m.pago, CASE WHEN i.cuenta_id = ? THEN i.publico END, {DEVUELTO.format(m="m")}
  FROM movimiento m JOIN intento i ON i.id = m.intento_id WHERE m.pago IN ({{pagos}})
"""  # noqa: S608

CODES_SQL = """
SELECT a.codigo, a.principal, p.direccion, p.barrio, p.uso, p.estrato, p.estado, a.ve_hasta IS NOT NULL
  FROM asociacion a JOIN predio p ON p.codigo = a.codigo
 WHERE a.cuenta_id = ? ORDER BY CASE WHEN a.principal = 1 THEN 0 ELSE 1 END, a.creada, a.codigo
"""


class Vista(NamedTuple):
    """How an account sees the bills of a code of its; with the same, on the same day, their documents say the same.

    It sees those issued until ``hasta`` (None: all) as the delivery ``entrega`` published them. ``movimiento`` is the last
    of the code in the ledger of what was paid online, ``abierto`` the state of its attempt that is open; None: none.
    """

    hasta: date | None
    entrega: int
    movimiento: int | None
    abierto: str | None


class Cuenta(UserMixin, Base):
    id = AutoField()
    correo = CharField(254, unique=True, null=True)
    correo_confirmado = InstantField(null=True)
    clave = CharField(150)
    documento_tipo = CharField(5)
    documento = CharField(20)
    nombres = CharField(80)
    apellidos = CharField(80)
    celular = CharField(15)
    telefono = CharField(15, null=True)
    direccion = CharField(160, null=True)
    municipio = CharField(60, null=True)
    factura_por_correo = SmallIntegerField()
    politica_version = CharField(20)
    politica_aceptada = InstantField()
    creada = InstantField()
    bloqueada = InstantField(null=True)
    eliminada = InstantField(null=True)

    # The session of this request: its token as the cookie has it, and its level (see access.py).
    token: str | None = None
    nivel = "plena"

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the random id of the session, never that of the account."""
        return self.token

    @classmethod
    def de_sesion(cls, token: str) -> "Cuenta | None":
        """The account of a session token, None once the session ended or the account was blocked; one fixed query."""
        rows = fetch(SESSION_SQL, fingerprint(token), str(utcnow()))
        if not rows:
            return None
        cuenta = cls()
        cuenta.__data__.update(zip(SESSION_FIELDS, rows[0], strict=False))
        for instant in ("correo_confirmado", "creada"):
            cuenta.__data__[instant] = as_instant(cuenta.__data__[instant])
        cuenta._dirty.clear()
        cuenta.token, cuenta.nivel = token, rows[0][-1]
        return cuenta

    @classmethod
    def ve_codigo(cls, token: str, codigo: str) -> Vista | None:
        """How the account of a session sees a code; None where there is no such session, or the code is not its own."""
        rows = fetch(SEES_SQL, fingerprint(token), str(utcnow()), codigo)
        return Vista(as_day(rows[0][0]), *rows[0][1:]) if rows else None

    @classmethod
    def activas(cls):
        """The ids of the accounts that may enter, as a query."""
        return cls.select(cls.id).where(cls.bloqueada.is_null() & cls.eliminada.is_null())

    # -- what is found through the account ------------------------------------------------------

    def codigos(self) -> list["CodigoAsociado"]:
        """The codes of the account with their predio, the main one first; one query."""
        return [CodigoAsociado(*row) for row in fetch(CODES_SQL, self.id)]

    def asociaciones(self):
        return Asociacion.select().where(Asociacion.cuenta == self.id)

    def facturas(self):
        """The bills of its codes that it may see, as a query; each with ``predio`` and ``predio.asociacion``."""
        return (
            Factura.select(Factura, Predio, Asociacion)
            .join(Predio)
            .join(Asociacion, on=(Asociacion.predio == Predio.codigo), attr="asociacion")
            .where((Asociacion.cuenta == self.id) & Asociacion.alcanza(Factura.expedida))
        )

    def ultimos_pagos(self, codigos: list["CodigoAsociado"]) -> list[UltimoPago]:
        """The last 3 payments that it may see of each of its codes, which are ``codigos``; one query."""
        return UltimoPago.de_cuenta(self.id, any(codigo.limitado for codigo in codigos))

    def intentos(self):
        """Its attempts to pay online, newest first, as a query."""
        return Intento.select().where(Intento.cuenta == self.id).order_by(Intento.id.desc())

    def pagos_en_proceso(self) -> list[EnProceso]:
        """What was paid online of its codes and no delivery has yet; one query."""
        return EnProceso.de_cuenta(self.id)

    def hechos_en_linea(self, pagos: list[str]) -> dict[str, tuple[str | None, bool]]:
        """Of these payments of deliveries, those made online: the address of the attempt, and whether it was given back.

        There is an address where this account made it. One query.
        """
        if not pagos:
            return {}
        rows = fetch(ONLINE_SQL.format(pagos=", ".join("?" * len(pagos))), self.id, *pagos)
        return {pago: (publico, bool(devuelto)) for pago, publico, devuelto in rows}

    def mandamientos(self):
        """The collection processes of its codes that it may see, newest first, as a query."""
        return (
            Mandamiento.select(Mandamiento, Predio)
            .join(Predio)
            .join(Asociacion, on=(Asociacion.predio == Predio.codigo))
            .where((Asociacion.cuenta == self.id) & Asociacion.alcanza(Mandamiento.fecha))
            .order_by(Mandamiento.fecha.desc(), Mandamiento.proceso.desc())
        )

    # -- what it does ----------------------------------------------------------------------------

    def clave_es(self, clave: str) -> bool:
        return coincide(self.clave, clave)

    def cambiar_clave(self, clave: str) -> None:
        """Set the password and end whatever gives access otherwise (see ``cerrar_sesiones``). Belongs in a transaction."""
        self.clave = cifrar(clave)
        self.save(only=[Cuenta.clave])
        self.cerrar_sesiones()

    def cerrar_sesiones(self) -> int:
        """End every session, the temporary password and a pending change of address; how many sessions there were."""
        for table in (ClaveTemporal, CambioCorreo):
            table.delete().where(table.cuenta == self.id).execute()
        return Sesion.delete().where(Sesion.cuenta == self.id).execute()

    def asociar(self, codigo: str) -> Asociacion:
        """Take a code for this account, as the main one if it is the first.

        Raises IntegrityError where the code is somebody's already, Predio.DoesNotExist where there is none.
        """
        Predio.get_by_id(codigo)
        first = not self.asociaciones().exists()
        return Asociacion.create(predio=codigo, cuenta=self.id, principal=1 if first else None, creada=utcnow())

    def retirar(self, codigo: str) -> int:
        """Let a code go, unless it is the main one or changed holder; how many were let go (0 or 1)."""
        mine = (Asociacion.predio == codigo) & (Asociacion.cuenta == self.id) & Asociacion.retirable()
        return Asociacion.delete().where(mine).execute()

    def perder(self, codigo: str) -> None:
        """Take a code away from it; after the main one, the oldest of the others is. Belongs in a transaction."""
        mine = Asociacion.cuenta == self.id
        Asociacion.delete().where(mine & (Asociacion.predio == codigo)).execute()
        codes = self.codigos()
        if codes and not codes[0].principal:
            self.hacer_principal(codes[0].codigo)

    def hacer_principal(self, codigo: str) -> bool:
        """Make another of its codes the main one. Belongs in a transaction."""
        if not self.asociaciones().where(Asociacion.predio == codigo).exists():
            return False
        mine = Asociacion.cuenta == self.id
        Asociacion.update(principal=None).where(mine).execute()
        return Asociacion.update(principal=1).where(mine & (Asociacion.predio == codigo)).execute() == 1

    def bloquear(self, bloquear: bool = True) -> None:
        """Keep its person out, or let them in again; ends every session."""
        self.bloqueada = utcnow() if bloquear else None
        self.save(only=[Cuenta.bloqueada])
        self.cerrar_sesiones()

    def eliminar(self) -> None:
        """Erase the person, the codes and the sessions; the empty row stays, so that its id is never another's.

        Belongs in a transaction.
        """
        self.cerrar_sesiones()
        Asociacion.delete().where(Asociacion.cuenta == self.id).execute()
        Correo.update(para="", datos="", estado="descartado").where(Correo.para == self.correo).execute()
        Intento.update(correo=None).where(Intento.cuenta == self.id).execute()
        FacturaAvisada.delete().where(FacturaAvisada.cuenta == self.id).execute()
        empty = dict.fromkeys(("documento_tipo", "documento", "nombres", "apellidos", "celular"), "")
        gone = dict.fromkeys(("correo", "correo_confirmado", "telefono", "direccion", "municipio"), None)
        Cuenta.update(**empty, **gone, clave="", factura_por_correo=0, eliminada=utcnow()).where(Cuenta.id == self.id).execute()

    @property
    def nombre(self) -> str:
        return f"{self.nombres} {self.apellidos}".strip()
