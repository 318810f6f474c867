"""The short code that is printed on a bill: with it anybody can ask the portal whether the paper says what was published.

Nothing is stored: the code is told again from the number and the secret of the portal, so a new secret ends all old codes.
"""

import hmac
from urllib.parse import quote, urlencode

from flask import current_app

from ..config import public_url

# Crockford's base 32: no I, L, O and U, which are taken for others or make words.
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKE = str.maketrans("OIL", "011", " -\u00a0\u2010\u2011\u2012\u2013\u2212")
LENGTH = 10
PURPOSE = b"oficina: verificacion de facturas, 1"


def codigo(numero: str) -> str:
    """The code of a bill, as it is printed: ``7K3MQ-9XT2B``."""
    symbols = _symbols(numero)
    return f"{symbols[:5]}-{symbols[5:]}"


def coincide(numero: str, texto: str) -> bool:
    """Whether ``texto`` is the code of the bill ``numero`` as people type it; in the same time, right or wrong."""
    return hmac.compare_digest(_symbols(numero).encode(), symbols(texto).encode(errors="replace"))


def symbols(texto: str) -> str:
    """The symbols of a code as people type it: ``LENGTH`` of them where it is whole."""
    return texto.upper().translate(LOOK_ALIKE)


def direccion(numero: str) -> str:
    """The address that the QR of a bill holds: the page with both filled in."""
    # In the query, where a number may have slashes; with %20, for not every reader takes + for a blank.
    query = urlencode({"numero": numero, "codigo": codigo(numero)}, quote_via=quote)
    return f"{public_url(current_app.config)}/verificar?{query}"


def _symbols(numero: str) -> str:
    """50 bits of the HMAC of the number, five a symbol."""
    secret = current_app.config["SECRET_KEY"].encode()
    key = hmac.digest(secret, PURPOSE, "sha256")
    value = int.from_bytes(hmac.digest(key, numero.encode(), "sha256")) >> (256 - 5 * LENGTH)
    return "".join(SYMBOLS[value >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
