"""Passwords: how they are kept and compared. Nobody, staff included, can read one."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def normalizar(clave: str) -> str:
    """A password in NFKC, so that it is the same from every keyboard (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", clave)


def cifrar(clave: str) -> str:
    """The argon2id hash to store."""
    return HASHER.hash(normalizar(clave))


def coincide(cifrada: str, clave: str) -> bool:
    """Whether ``clave`` is the password behind an argon2 hash. Takes about 20 ms."""
    try:
        return HASHER.verify(cifrada, normalizar(clave))
    except (VerificationError, InvalidHashError):
        return False


# Compared against when there is no account, so that an unknown address takes the time of a wrong password.
NADIE = cifrar(secrets.token_urlsafe(16))
