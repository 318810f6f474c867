"""The payment portal of the utility, where the customer types the code and goes on. No money moves here."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Enlace:
    """Where to pay: the portal's name, address, and the host that the customer should see in the browser."""

    nombre: str
    url: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def enlace(settings: Mapping) -> Enlace:
    """The portal of the settings PAGO_NOMBRE and PAGO_URL."""
    return Enlace(settings["PAGO_NOMBRE"], settings["PAGO_URL"])
