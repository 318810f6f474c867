"""The simulator of gateways (``flask simulador``): the client of PayU or of Wompi, as it is, with its addresses and keys.

No real money moves anywhere. Never in production: anybody may sign with these keys.
"""

from collections.abc import Mapping

from ..config import PAYU_PUBLICO
from .base import Pasarela
from .payu import PayU
from .wompi import Wompi

TITULO = "Simulador de pagos"
# The keys of Wompi are invented; those of PayU are the ones of its documentation, the same for everybody.
WOMPI_INVENTADO = {
    "comercio": "pub_test_simulador",
    "privada": "prv_test_simulador",
    "integridad": "test_integrity_simulador",
    "eventos": "test_events_simulador",
}


def de_ajustes(settings: Mapping) -> Pasarela:
    """The client of the protocol SIMULADOR_PROTOCOLO, at SIMULADOR_URL."""
    url = settings["SIMULADOR_URL"].rstrip("/")
    comunes = {"pruebas": True, "nombre": "simulada", "titulo": TITULO}
    if settings["SIMULADOR_PROTOCOLO"] == "wompi":
        return Wompi(**WOMPI_INVENTADO, **comunes, checkout=f"{url}/p/", consulta=f"{url}/v1")
    return PayU(
        merchant=PAYU_PUBLICO["PAYU_COMERCIO"],
        comercio=PAYU_PUBLICO["PAYU_CUENTA"],
        usuario=PAYU_PUBLICO["PAYU_USUARIO"],
        llave=PAYU_PUBLICO["PAYU_LLAVE"],
        checkout=f"{url}/ppp-web-gateway-payu/",
        consulta=f"{url}/reports-api/4.0/service.cgi",
        **comunes,
    )
