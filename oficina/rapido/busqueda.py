"""Finding a bill by code and number: the same answer and the same work for an unknown code and a wrong number.

The pair is also what proves at registration that one holds a bill, so tries are counted together with those (see proof.py):
few for each address and code, and for each code from anywhere. Waits grow by address, as at log-in.

An older number of the same code is told so, for whoever typed it holds a bill as well; which one is newer is not told.
"""

from dataclasses import dataclass

from flask import current_app

from .. import captcha, limits
from ..documentos import enlace
from ..models import Factura
from ..proof import may_try, plain, was_right

FREE_BY_ADDRESS = 30
FREE_BY_CODE = 10
# Tries from all addresses, and seconds: over it everybody is asked for the security code.
MANY = (300, 600)


@dataclass
class Rechazo:
    """Why no bill was found: seconds to wait, a captcha to answer, no tries left today, a newer bill, or else a wrong pair."""

    esperar: int = 0
    captcha: bool = False
    agotado: bool = False
    reemplazada: bool = False


def buscar(codigo: str, numero: str, token: str | None, digitos: str | None) -> str | Rechazo:
    """The token of the latest bill of ``codigo``, where ``numero`` is its number. Every try is counted before it is judged."""
    address = limits.address()
    by_address, by_code = limits.key_of("rapido", address), limits.key_of("rapido", "codigo", codigo)
    if wait := limits.admit(by_address, FREE_BY_ADDRESS):
        return Rechazo(esperar=wait)
    suspicious = limits.admit(by_code, FREE_BY_CODE) or not limits.within("rapido", "todos", *MANY)
    if suspicious and not captcha.acierta(token, digitos):
        return Rechazo(captcha=True)
    if not may_try(codigo, address):
        return Rechazo(agotado=True)
    return juzgar(codigo, numero, by_address, by_code)


def juzgar(codigo: str, numero: str, *counted: str) -> str | Rechazo:
    typed = plain(numero)
    recent = [row[0] for row in Factura.recientes(codigo, current_app.config["PRUEBA_FACTURAS"])]
    found = next((place for place, known in enumerate(recent) if plain(known) == typed), None)
    if found is None:
        return Rechazo()
    for key in counted:
        limits.forgive(key)
    was_right(codigo, limits.address())
    return Rechazo(reemplazada=True) if found else enlace.pasajero(recent[0], codigo)
