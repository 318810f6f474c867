"""Changing the e-mail address: asked with the password, told to the old address, done once the new one confirms."""

from flask import abort
from peewee import IntegrityError

from .. import audit, mail
from ..db import utcnow, write
from ..formats import correo_oculto
from ..models import CambioCorreo, ClaveTemporal, Cuenta


class CorreoTomadoError(Exception):
    """Another account took the address meanwhile."""


def pedir(cuenta: Cuenta, correo: str) -> None:
    """Start a change. Where the address is another account's, only its owner is told: the page must not tell."""
    with write():
        audit.record("cambio_correo_pedido", cuenta.id)
        mail.queue("cambio_pedido", cuenta.correo, nombres=cuenta.nombres, nuevo=correo_oculto(correo))
        if Cuenta.select().where(Cuenta.correo == correo).exists():
            mail.queue("ya_registrado", correo)
        else:
            token = CambioCorreo.pedir(cuenta.id, correo)
            mail.queue("confirmar_cambio", correo, nombres=cuenta.nombres, token=token)


def pendiente(token: str) -> CambioCorreo:
    """The request behind a mailed link; 404 where it was used, replaced or is too old."""
    return CambioCorreo.con_token(token).first() or abort(404)


def aplicar(token: str) -> None:
    """Make the new address count, end every session, tell both addresses. Raises CorreoTomadoError."""
    try:
        with write():
            cambio = pendiente(token)
            cuenta = Cuenta.get_by_id(cambio.cuenta_id)
            old = cuenta.correo
            Cuenta.update(correo=cambio.correo, correo_confirmado=utcnow()).where(Cuenta.id == cuenta.id).execute()
            cambio.delete_instance()
            ClaveTemporal.delete().where(ClaveTemporal.cuenta == cuenta.id).execute()
            cuenta.cerrar_sesiones()
            audit.record("correo_cambiado", cuenta.id)
            for address in (old, cambio.correo):
                mail.queue("correo_cambiado", address, nombres=cuenta.nombres, nuevo=correo_oculto(cambio.correo))
    except IntegrityError:
        raise CorreoTomadoError from None
