"""What every payment gateway is: one file with a class that keeps ``Pasarela``, and a line in ``__init__.py``.

A gateway only speaks: it words the request, reads a notice, and asks. Money moves in ``cobros`` alone, and only by what
``consultar`` answered. Nothing here uses the database or Flask.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

# What is true of a transaction at a gateway. "error" is one that never reached a bank.
ESTADOS = ("pendiente", "aprobada", "rechazada", "vencida", "error", "reversada")


class FirmaError(Exception):
    """The signature of a notice is missing or not the gateway's: nothing of it may be believed or kept."""


class AvisoIlegibleError(Exception):
    """What came to the address of the notices is not a notice of this gateway."""


class SinRespuestaError(Exception):
    """The gateway could not be asked, or did not answer as its documentation says; to be tried again later."""


@dataclass(frozen=True)
class Cobro:
    """What a gateway is asked to charge; ``valor`` in centavos. What is not known of the payer is empty."""

    referencia: str
    valor: int
    descripcion: str
    regreso: str  # where the customer comes back to; the gateway may add a query
    aviso: str  # where its notices go to
    nombre: str = ""
    correo: str = ""
    celular: str = ""
    documento_tipo: str = ""
    documento: str = ""


@dataclass(frozen=True)
class Salida:
    """The form that takes the customer to the gateway: sent by their own browser to ``url``."""

    url: str
    metodo: str  # "get" or "post"
    campos: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Aviso:
    """What a notice with a right signature says. It moves nothing: it is why the gateway is asked."""

    referencia: str
    transaccion: str
    estado: str
    valor: int
    moneda: str
    comercio: str
    pruebas: bool


@dataclass(frozen=True)
class Transaccion:
    """What the gateway answers of one transaction of a reference; ``valor`` in centavos, ``fecha`` in UTC.

    ``comercio`` is the account of ours that it belongs to, ``pruebas`` whether no real money is in it. What the gateway
    does not tell is empty or None.
    """

    id: str
    referencia: str
    estado: str
    valor: int
    moneda: str
    comercio: str
    pruebas: bool
    medio: str = ""  # PSE, VISA, NEQUI...
    banco: str = ""
    cus: str = ""  # the bank's tracking number of a PSE payment (codigo unico de seguimiento)
    autorizacion: str = ""
    motivo: str = ""  # why it was refused, in plain Spanish for its customer
    fecha: datetime | None = None


class Pasarela(Protocol):
    nombre: str  # as in the setting PASARELA and in addresses
    titulo: str  # as the customer knows it
    host: str  # what the customer should see in the browser while paying
    comercio: str  # our account there, as ``Transaccion.comercio`` tells it
    pruebas: bool  # whether it is its sandbox
    pide_correo: bool  # whether nobody pays there without an e-mail address

    def salida(self, cobro: Cobro) -> Salida:
        """How the customer goes there to pay. No network is used. Money may move from here on, at the gateway only."""

    def leer_aviso(self, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Aviso:
        """The notice in a request, its signature checked. Moves no money. Raises FirmaError, AvisoIlegibleError."""

    def consultar(self, referencia: str) -> list[Transaccion]:
        """All transactions of a reference, as the gateway has them now; empty where it has none. Uses the network.

        Moves no money by itself; what it answers is what moves it (see cobros). Raises SinRespuestaError.
        """
