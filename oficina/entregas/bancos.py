"""What the portal knows of each bank: its name, the channels of its customers, how it writes the reference.

``Perfil`` tells what to look a reference up as. Those of the utility's own banks stand in ``oficina.toml``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..config import ConfigError

REFERENCIA_ANCHO = 48

PROCEDENCIAS = ("01", "02", "03", "04", "05", "06", "07", "08")
# 1x debits an account, 2x a credit card. Domiciliación is what customers know as débito automático. Counter, drop box,
# telephone, cash machine and card reader are all the bank's. The file never says whether the counter was that of a
# corresponsal or of the utility, so those two channels are not used.
MEDIOS = {
    "01": "banco",
    "02": "banco",
    "03": "banco",
    "11": "banco",
    "12": "banco",
    "13": "banco",
    "14": "débito",
    "15": "internet",
    "21": "banco",
    "22": "banco",
    "23": "banco",
    "24": "débito",
    "25": "internet",
}
# The network that carried a payment (ACH, Redeban...) does not change the channel that the customer used.
CANALES = {(procedencia, medio): canal for procedencia in PROCEDENCIAS for medio, canal in MEDIOS.items()}

BANCOS = {
    "001": "Banco de Bogotá",
    "002": "Banco Popular",
    "006": "Itaú",
    "007": "Bancolombia",
    "009": "Citibank",
    "012": "GNB Sudameris",
    "013": "BBVA",
    "019": "Scotiabank Colpatria",
    "023": "Banco de Occidente",
    "032": "Banco Caja Social",
    "040": "Banco Agrario",
    "051": "Davivienda",
    "052": "AV Villas",
    "053": "Banco W",
    "059": "Bancamía",
    "060": "Banco Pichincha",
    "061": "Bancoomeva",
    "062": "Banco Falabella",
    "063": "Banco Finandina",
    "066": "Banco Cooperativo Coopcentral",
}


def entidad(banco: str) -> str:
    """The name of a bank as customers read it."""
    return BANCOS.get(banco, f"Entidad {banco}")


@dataclass(frozen=True, slots=True)
class Perfil:
    """How a bank composes and pads the reference; the names are those of the settings file."""

    campo: str = "referencia"
    desde: int = 1
    largo: int = 0
    quitar_ceros: bool = True
    ancho: int = 0

    def candidatas(self, referencia: str) -> list[str]:
        """The texts to look up, best first; the last is the piece of the reference as it stands."""
        fin = self.desde - 1 + self.largo if self.largo else None
        trozo = referencia[self.desde - 1 : fin].strip(" ")
        sin_relleno = trozo.lstrip("0") if self.quitar_ceros else trozo
        if not sin_relleno:
            return [trozo]
        return list(dict.fromkeys([sin_relleno.rjust(self.ancho, "0"), sin_relleno, trozo]))


CAMPOS = ("referencia", "numero", "codigo")
# As seen in files of these banks: the Agrario writes the bill number alone; the Bogotá the bill number in 25 characters,
# then who paid in 19 and the period in 4.
PERFILES = {"040": Perfil(campo="numero"), "001": Perfil(campo="numero", desde=1, largo=25)}


def perfiles(bancos: Mapping[str, Any]) -> Callable[[str], Perfil]:
    """The profile of each bank by its code, from the tables ``[entregas.bancos.040]``; raises ConfigError.

    A table takes the place of the built-in profile as a whole.
    """
    propios = {banco: _perfil(banco, tabla) for banco, tabla in bancos.items()}
    conocidos, comun = PERFILES | propios, Perfil()
    return lambda banco: conocidos.get(banco, comun)


def _perfil(banco: str, tabla: Any) -> Perfil:
    lugar = f"oficina.toml: [entregas.bancos.{banco}]"
    if not re.fullmatch("[0-9]{3}", banco):
        raise ConfigError(f"{lugar}: el código del banco son tres dígitos, por ejemplo 040.")
    if not isinstance(tabla, Mapping):
        raise ConfigError(f"{lugar} debe ser una tabla. Véase docs/asobancaria.md.")
    ajustes = {campo.name: campo.default for campo in fields(Perfil)}
    for nombre, valor in tabla.items():
        if nombre not in ajustes:
            raise ConfigError(f"{lugar}: no existe «{nombre}». Los que hay: {', '.join(ajustes)}.")
        if type(valor) is not type(ajustes[nombre]):
            debe = {str: "un texto entre comillas", int: "un número entero", bool: "true o false"}[type(ajustes[nombre])]
            raise ConfigError(f"{lugar}: «{nombre}» debe ser {debe}.")
    perfil = Perfil(**tabla)
    if perfil.campo not in CAMPOS:
        raise ConfigError(f"{lugar}: «campo» debe ser uno de estos: {', '.join(CAMPOS)}.")
    if perfil.desde < 1 or perfil.largo < 0 or perfil.desde + max(perfil.largo, 1) - 1 > REFERENCIA_ANCHO:
        raise ConfigError(f"{lugar}: «desde» y «largo» deben quedar entre las posiciones 1 y {REFERENCIA_ANCHO}.")
    if not 0 <= perfil.ancho <= REFERENCIA_ANCHO:
        raise ConfigError(f"{lugar}: «ancho» debe ser un número entre 0 y {REFERENCIA_ANCHO}.")
    return perfil
