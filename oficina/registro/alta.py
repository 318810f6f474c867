"""Making an account: the code, the account and its mail in one transaction."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from peewee import IntegrityError

from .. import audit, confirmation, mail
from ..db import transactional, utcnow
from ..limits import within
from ..models import Asociacion, Cuenta, Predio
from ..models.claves import cifrar

MINUTES = 30


class CodigoTomadoError(Exception):
    """Somebody else registered the code meanwhile."""


def serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="codigo-validado")


def validar(codigo: str) -> str | None:
    """A signed token that the code exists and is nobody's, good for 30 minutes; None where not."""
    exists = Predio.select().where(Predio.codigo == codigo).exists()
    taken = Asociacion.select().where(Asociacion.predio == codigo).exists()
    return serializer().dumps(codigo) if exists and not taken else None


def leer(token: str | None) -> str | None:
    """The code of a token of ``validar``; None where it is forged or too old."""
    try:
        return serializer().loads(token or "", max_age=MINUTES * 60)
    except BadSignature:
        return None


def crear_cuenta(codigo: str, datos: dict) -> None:
    """Create the account with its main code. Raises CodigoTomadoError.

    Where the address has an account already, its owner is told by mail and nothing else happens:
    the page must not tell who is registered.
    """
    clave = cifrar(datos.pop("clave"))
    try:
        crear_o_avisar(codigo, clave, datos)
    except (IntegrityError, Predio.DoesNotExist):
        again(codigo, clave, datos)


def again(codigo: str, clave: str, datos: dict) -> None:
    """Somebody else took the code or the address at the same moment: the second try tells which."""
    try:
        crear_o_avisar(codigo, clave, datos)
    except (IntegrityError, Predio.DoesNotExist):
        raise CodigoTomadoError from None


@transactional
def crear_o_avisar(codigo: str, clave: str, datos: dict) -> None:
    if Asociacion.select().where(Asociacion.predio == codigo).exists():
        raise CodigoTomadoError
    if Cuenta.select().where(Cuenta.correo == datos["correo"]).exists():
        if within("correo-ajeno", datos["correo"], 10, 86400):
            mail.queue("ya_registrado", datos["correo"])
        audit.record("registro_repetido", actor="anonimo", codigo=codigo)
    else:
        guardar(codigo, clave, datos)


def guardar(codigo: str, clave: str, datos: dict) -> None:
    now = utcnow()
    policy = {"politica_version": current_app.config["POLITICA_VERSION"], "politica_aceptada": now}
    cuenta = Cuenta.create(**datos, **policy, clave=clave, creada=now)
    cuenta.asociar(codigo)
    confirmation.send(cuenta)
    audit.record("registro", cuenta.id, codigo)
