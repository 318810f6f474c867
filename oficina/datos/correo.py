"""Changing the e-mail address: asked with the password, told to the old address, done once the new one confirms."""

from flask import abort
from peewee import IntegrityError

from .. import audit, mail
from ..db import utcnow, write
from ..formats import correo_oculto
from ..limits import within
from ..models import CambioCorreo, Cuenta


class CorreoTomadoError(Exception):
    """Another account took the address meanwhile."""


def pedir(cuenta: Cuenta, correo: str) -> None:
    """Start a change. Where the address is another account's, only its owner is told: the page must not tell.

    An earlier request ends in both cases. Few mails a day to one address: it need not be the customer's.
    """
    allowed = within("correo-ajeno", f"{cuenta.id} {correo}", 3, 86400) and within("correo-ajeno", correo, 10, 86400)
    with write():
        audit.record("cambio_correo_pedido", cuenta.id)
        mail.queue("cambio_pedido", cuenta.correo, nombres=cuenta.nombres, nuevo=correo_oculto(correo))
        token = CambioCorreo.pedir(cuenta.id, correo)
        if Cuenta.select().where(Cuenta.correo == correo).exists():
            CambioCorreo.delete().where(CambioCorreo.cuenta == cuenta.id).execute()
            template, datos = "ya_registrado", {}
        else:
            template, datos = "confirmar_cambio", {"token": token}
        if allowed:
            mail.queue(template, correo, **datos)


def pendiente(token: str) -> CambioCorreo:
    """The request behind a mailed link; 404 where it was used, replaced or is too old."""
    return CambioCorreo.con_token(token).where(CambioCorreo.cuenta.in_(Cuenta.activas())).first() or abort(404)


def aplicar(token: str) -> None:
    """Make the new address count, end every session, tell both addresses. Raises CorreoTomadoError."""
    try:
        with write():
            cambio = pendiente(token)
            cuenta = Cuenta.get_by_id(cambio.cuenta_id)
            old = cuenta.correo
            Cuenta.update(correo=cambio.correo, correo_confirmado=utcnow()).where(Cuenta.id == cuenta.id).execute()
            cuenta.cerrar_sesiones()
            audit.record("correo_cambiado", cuenta.id)
            for address in (old, cambio.correo):
                mail.queue("correo_cambiado", address, nombres=cuenta.nombres, nuevo=correo_oculto(cambio.correo))
    except IntegrityError:
        raise CorreoTomadoError from None
