"""Confirming the address of an account by a signed link, valid seven days."""

from flask import abort, current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from . import audit, mail
from .db import utcnow, write
from .models import Cuenta
from .models.base import fingerprint

DAYS = 7


def serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="confirmar-correo")


def token_for(cuenta: Cuenta) -> str:
    """What the link carries: the account and a digest of its address, which is thus not in the link."""
    return serializer().dumps([cuenta.id, fingerprint(cuenta.correo)])


def send(cuenta: Cuenta) -> None:
    """Queue the mail with the link. Call it inside a transaction."""
    mail.queue("confirmar", cuenta.correo, token=token_for(cuenta))


def read(token: str) -> tuple[int, str]:
    """The account id and digest of the address of a link; a forged or old one is a 404."""
    try:
        cuenta_id, digest = serializer().loads(token, max_age=DAYS * 86400)
    except BadSignature:
        abort(404)
    return cuenta_id, digest


def confirm(cuenta_id: int, digest: str) -> bool:
    """Take the address as confirmed; False where the account has another one by now."""
    with write():
        cuenta = Cuenta.get_or_none(Cuenta.id == cuenta_id)
        if cuenta is None or not cuenta.correo or fingerprint(cuenta.correo) != digest:
            return False
        if cuenta.correo_confirmado is None:
            cuenta.correo_confirmado = utcnow()
            cuenta.save(only=[Cuenta.correo_confirmado])
            audit.record("correo_confirmado", cuenta_id)
        return True
