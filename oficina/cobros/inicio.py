"""How an attempt begins, and how its customer gives it up."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from peewee import IntegrityError

from .. import audit
from ..config import public_url
from ..db import transactional, utcnow
from ..models import Cuenta, Intento, IntentoFactura, PagoAbierto, UltimaFactura
from ..pasarelas.base import Cobro, Pasarela
from . import avisos
from .plazos import PRIMERA

# Without what is taken for another letter when it is read aloud.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# After this long without a word of the gateway, beginning again needs no question.
ABANDONADO = timedelta(minutes=15)
# More than any sum of bills, and no more than the schema takes.
LIMITE = 99_999_999_999_999
VECES = 3


class NadaPorPagarError(Exception):
    """The bill of ``codigo`` is not the latest any more, or nothing of it is owed."""

    def __init__(self, codigo: str):
        super().__init__(codigo)
        self.codigo = codigo


class CambioError(Exception):
    """What is owed is not what the customer saw: it has to be shown again."""


class YaAbiertoError(Exception):
    """Another attempt is open for one of the codes; ``intento`` is it."""

    def __init__(self, intento: Intento):
        super().__init__(intento.referencia)
        self.intento = intento


def iniciar(
    pasarela: Pasarela, facturas: dict[str, str], total: int, cuenta: Cuenta | None = None, correo: str | None = None
) -> Intento:
    """Begin to pay ``facturas`` (number by code), of which ``total`` centavos are owed as the customer saw it.

    The caller answers for who may pay them: anybody who holds the bill may. ``correo`` is where the receipt goes. An attempt
    that the gateway was silent about for ABANDONADO gives way. Raises NadaPorPagarError, CambioError, YaAbiertoError.
    """
    if not 0 < total <= LIMITE:
        raise CambioError
    for _ in range(VECES):
        hacer_sitio(list(facturas))
        # Where somebody was quicker, what they opened may be closed again by now: then trying again is right.
        with suppress(IntegrityError):
            return abrir(pasarela, facturas, total, cuenta, correo)
    hacer_sitio(list(facturas))
    return abrir(pasarela, facturas, total, cuenta, correo)


def hacer_sitio(codigos: list[str]) -> None:
    """Close what was abandoned for these codes. Raises YaAbiertoError for what was not."""
    abiertos = {abierto.id: abierto for abierto in PagoAbierto.de_codigos(codigos).values()}
    for abierto in abiertos.values():
        if not abandonado(abierto) or not cerrar(abierto, "vencido"):
            raise YaAbiertoError(abierto)


def abandonado(intento: Intento) -> bool:
    """Whether the gateway, asked after ABANDONADO, knew nothing of an attempt. While it does not answer, who knows."""
    answered = intento.consultado and intento.consultado - intento.creado >= ABANDONADO
    return intento.estado == "creado" and bool(answered)


@transactional
def abrir(pasarela: Pasarela, facturas: dict[str, str], total: int, cuenta: Cuenta | None, correo: str | None) -> Intento:
    """Raises IntegrityError where another attempt is open for a code."""
    now = utcnow()
    intento = Intento.create(
        publico=secrets.token_urlsafe(16),
        referencia="OV" + "".join(secrets.choice(ALPHABET) for _ in range(12)),
        pasarela=pasarela.nombre,
        comercio=pasarela.comercio,
        pruebas=int(pasarela.pruebas),
        cuenta=cuenta and cuenta.id,
        correo=correo,
        estado="creado",
        valor=total,
        creado=now,
        cambiado=now,
        proximo=now + PRIMERA,
        tardio=0,
    )
    # Before anything is read: what ends another attempt for the code is then seen, whichever of the two was first.
    for codigo in sorted(facturas):
        PagoAbierto.create(codigo=codigo, intento=intento)
    for codigo, numero in sorted(facturas.items()):
        IntentoFactura.create(intento=intento, codigo=codigo, factura=numero, valor=por_pagar(codigo, numero))
    if sum(linea.valor for linea in intento.facturas()) != total:
        raise CambioError
    audit.record("pago_iniciado", cuenta and cuenta.id, actor="cliente" if cuenta else "anonimo", detalle=intento.referencia)
    return intento


def por_pagar(codigo: str, numero: str) -> int:
    """What is owed of a bill, in centavos. Raises NadaPorPagarError."""
    factura = UltimaFactura.de(codigo)
    if factura is None or factura.numero != numero or factura.por_pagar == 0:
        raise NadaPorPagarError(codigo)
    return factura.por_pagar


@transactional
def cancelar(intento: Intento, quien: Cuenta | None = None) -> bool:
    """Give an attempt up; False once the gateway knows of it. A late approval counts all the same.

    ``quien`` does so: whoever holds the bill may begin to pay it anew; None without an account.
    """
    closed = cerrar(intento, "cancelado")
    if closed:
        audit.record("pago_cancelado", quien and quien.id, actor="cliente" if quien else "anonimo", detalle=intento.referencia)
    return closed


@transactional
def cerrar(intento: Intento, estado: str) -> bool:
    """End an attempt of which the gateway has said nothing; False where it is not such a one."""
    if avisos.por_atender(intento):
        return False
    mine = (Intento.id == intento.id) & (Intento.estado == "creado")
    if Intento.update(estado=estado, cambiado=utcnow()).where(mine).execute() == 0:
        return False
    PagoAbierto.delete().where(PagoAbierto.intento == intento.id).execute()
    return True


def cobro_de(intento: Intento, settings: Mapping[str, Any], regreso: str, cuenta: Cuenta | None = None) -> Cobro:
    """What the gateway is to charge; ``regreso`` is the path of the page that the customer comes back to."""
    bills = list(intento.facturas())
    what = f"factura {bills[0].factura}" if len(bills) == 1 else f"{len(bills)} facturas"
    person = {}
    if cuenta:
        names = ("nombre", "correo", "celular", "documento_tipo", "documento")
        person = {name: getattr(cuenta, name) or "" for name in names}
    url = public_url(settings)
    return Cobro(
        referencia=intento.referencia,
        valor=intento.valor,
        descripcion=f"{settings['MARCA_CORTO']}: {what}",
        regreso=url + regreso,
        aviso=f"{url}/pasarela/{intento.pasarela}/aviso",
        **(person or {"correo": intento.correo or ""}),
    )
