"""Judging a log-in: the same answer and the same work for an unknown address and a wrong password.

Waits grow by address, by account and address together, and by account alone. The last one, which strangers could
bring about, is never a lock: whoever answers the security code may try at once.
"""

from dataclasses import dataclass

from .. import audit, captcha, limits
from ..access import enter
from ..db import write
from ..models import ClaveTemporal, Cuenta
from ..models.claves import HASHER, NADIE, cifrar, coincide

FREE_BY_ADDRESS = 30
FREE_BY_ACCOUNT_AND_ADDRESS = 5
FREE_BY_ACCOUNT = 20


@dataclass
class Rechazo:
    """Why nobody entered: seconds to wait, a captcha to answer, a blocked account, or else wrong credentials."""

    esperar: int = 0
    captcha: bool = False
    bloqueada: bool = False


def intentar(correo: str, clave: str, token: str | None, digitos: str | None) -> str | Rechazo:
    """Try to enter; where to go next, or why not. Every try is counted before it is judged."""
    address = limits.address()
    by_address = limits.key_of("ingreso", address)
    by_both = limits.key_of("ingreso", correo, address)
    by_account = limits.key_of("ingreso", correo)
    wait = limits.admit(by_address, FREE_BY_ADDRESS) or limits.admit(by_both, FREE_BY_ACCOUNT_AND_ADDRESS)
    if wait:
        return Rechazo(esperar=wait)
    if limits.admit(by_account, FREE_BY_ACCOUNT) and not captcha.acierta(token, digitos):
        return Rechazo(captcha=True)
    cuenta, nivel = reconocer(correo, clave)
    if cuenta is None:
        audit.record("ingreso_fallido", actor="anonimo")
        return Rechazo()
    if cuenta.bloqueada:
        audit.record("ingreso_bloqueado", cuenta.id)
        return Rechazo(bloqueada=True)
    limits.forget(by_both, by_account)
    limits.forgive(by_address)
    return entrar(cuenta, nivel, clave)


def reconocer(correo: str, clave: str) -> tuple[Cuenta | None, str]:
    """The account and the level of its session, by the password or the mailed one; always two comparisons."""
    cuenta = Cuenta.get_or_none(Cuenta.correo == correo)
    if coincide(cuenta.clave if cuenta else NADIE, clave):
        return cuenta, "plena"
    if ClaveTemporal.acierta(cuenta.id if cuenta else 0, clave):
        return cuenta, "temporal"
    return None, ""


def entrar(cuenta: Cuenta, nivel: str, clave: str) -> str | Rechazo:
    with write():
        if nivel == "temporal" and not ClaveTemporal.gastar(cuenta.id):
            return Rechazo()
        if nivel == "plena":
            ClaveTemporal.delete().where(ClaveTemporal.cuenta == cuenta.id).execute()
            if HASHER.check_needs_rehash(cuenta.clave):
                Cuenta.update(clave=cifrar(clave)).where(Cuenta.id == cuenta.id).execute()
        audit.record("ingreso" if nivel == "plena" else "ingreso_temporal", cuenta.id)
        return enter(cuenta, nivel)
