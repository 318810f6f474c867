"""The bill as a PDF, as it was delivered (Ley 142 de 1994, art. 148; Resolución CRA 943 de 2021).

The figures of the billing system are printed, never recomputed; only the lines of a service are added up.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from flask import current_app
from peewee import CharField, Model

from ..config import public_url
from ..db import fetch
from ..formats import local
from ..models import Entrega, Factura, Pago
from ..models.base import as_day
from . import enlace, grafica, verificacion
from .barras import Gs1, gs1
from .imagen import qr

# The bill compares with the previous 6 periods if monthly, 3 if bimonthly: 6 serve both.
PERIODOS = 6
ESTRATOS = {1: "bajo-bajo", 2: "bajo", 3: "medio-bajo", 4: "medio", 5: "medio-alto", 6: "alto"}
SERVICIOS = {"acueducto": "Acueducto", "alcantarillado": "Alcantarillado", "aseo": "Aseo", "otros": "Otros cobros"}
DIAN = "https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey="
LOGOS = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
# Why a bank would not take the value that is printed, and what is said of it on the copy.
IMPEDIMENTOS = {
    "pagada": "La factura ya se pagó.",
    "en curso": "Hay un pago en línea en curso: no pague otra vez.",
    "devuelto": "Se devolvió un pago: pague en línea o pregunte cuánto se debe.",
    "abonada": "Ya se pagó una parte: pague en línea o pregunte cuánto falta.",
    "vencida": "La factura venció: pague en línea o pregunte el valor al día.",
    "reemplazada": "Hay una factura más reciente: si debe algo, está en ella.",
    "otro titular": "La empresa registró otro titular: pregunte antes de pagar.",
}
# Up to so many rows, the bill with the notes of a utility that has something to say still fits one page in bigger type.
RENGLONES_AMPLIA = 17
LETRAS_RENGLON = 90
RENGLONES_CUDE = 7
LAST_PAYMENT_SQL = """
SELECT fecha, valor, canal, entidad FROM pago
 WHERE codigo = ? AND fecha <= ? AND valor > 0 ORDER BY fecha DESC, id DESC LIMIT 1
"""
COMPARADOS = (Factura.periodo, Factura.consumo, Factura.lectura_tipo, Factura.total, Factura.saldo_anterior, Factura.intereses)
MESES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")


@dataclass(frozen=True, slots=True)
class Servicio:
    """The lines of one service on a bill, of Concepto or of what reads it; ``subtotal`` in centavos."""

    nombre: str
    lineas: list[Any]

    @property
    def subtotal(self) -> int:
        return sum(linea.valor for linea in self.lineas)


@dataclass(frozen=True, slots=True)
class Consumo:
    """A period to compare with: ``consumo`` in litres, ``valor`` in whole pesos as centavos, without old debt and interest."""

    periodo: str
    consumo: int | None
    valor: int
    estimado: bool

    @classmethod
    def de(cls, factura: Factura) -> "Consumo":
        return cls(factura.periodo, factura.consumo, valor_del_periodo(factura), factura.lectura_tipo == "promedio")

    @property
    def mes(self) -> str:
        """``nov 26``."""
        return f"{MESES[int(self.periodo[5:7]) - 1]} {self.periodo[2:4]}"


@dataclass(frozen=True, slots=True)
class PagoAnterior:
    """The last payment before a bill was issued; ``valor`` in centavos, ``por`` where or how it was made."""

    fecha: date
    valor: int
    por: str


def html_de(factura: Factura, con_titular: bool = True, impedimento: str | None = None) -> str:
    """The document of a bill, as ``render`` makes a PDF of it, with or without what is of the holder alone.

    ``impedimento``: why a bank would not take the printed value, one of IMPEDIMENTOS; then there is no barcode, and the copy
    says so. The caller answers for that and for who may see it. The same data give the same document, whatever the day.
    """
    config = current_app.config
    impresa, predio = acotada(factura), acotada(factura.predio)
    direccion = verificacion.direccion(factura.numero)
    servicios = servicios_de(map(acotada, factura.lineas()))
    lineas = sum(servicio.subtotal for servicio in servicios)
    antes = anteriores(factura)
    consumos = [*antes, Consumo.de(factura)]
    publicada = Entrega.fecha_de_factura(factura.numero)
    en_linea = None if impedimento or factura.total <= 0 else direccion_de_pago(factura)
    # By the environment and not by render_template: a bill needs nothing of the request, nor of the menu.
    return current_app.jinja_env.get_template("pdf/factura.html").render(
        factura=impresa,
        predio=predio,
        con_titular=con_titular,
        servicios=servicios,
        **deuda(factura, factura.total - lineas),
        consumos=consumos if antes else [],
        ultimo_pago=ultimo_pago(factura) if con_titular else None,
        amplia=renglones(impresa, servicios) <= RENGLONES_AMPLIA,
        promedio=promedio([c.consumo for c in antes if c.consumo is not None]),
        logo=logo(),
        grafica=grafica.barras([c.consumo for c in consumos]),
        dias=factura.dias,
        estrato=ESTRATOS.get(predio.estrato),
        publicada=local(publicada).date() if publicada else None,
        motivo=IMPEDIMENTOS[impedimento] if impedimento else None,
        barras=None if impedimento else codigo_de_barras(factura),
        con_gln=bool(config["PAGO_GLN"]),
        en_linea=en_linea,
        qr_pago=qr(en_linea) if en_linea else None,
        codigo=verificacion.codigo(factura.numero),
        sitio=urlsplit(direccion).netloc,
        qr=qr(direccion),
        qr_dian=qr(DIAN + quote(impresa.cude, safe="")) if impresa.cude else None,
        marca={name.removeprefix("MARCA_").lower(): v for name, v in config.items() if name.startswith("MARCA_")},
        pago={"donde": donde_en_linea(), "puntos": config["FACTURA_PUNTOS"]},
        mensajes=config["FACTURA_MENSAJE"].splitlines(),
        calidad=config["FACTURA_CALIDAD"],
        cargos=config["FACTURA_CARGOS"],
        firma=config["FACTURA_FIRMA"],
        proveedor=config["FACTURA_PROVEEDOR"],
    )


def direccion_de_pago(factura: Factura) -> str | None:
    """Where a bill is paid without an account, None where bills carry no such link."""
    token = enlace.de_factura(factura.numero, factura.codigo, factura.vence)
    return enlace.direccion(token) if token else None


def donde_en_linea() -> str:
    """Where to pay online with what is printed on the bill."""
    config = current_app.config
    if config["PASARELA"] == "enlace":
        return f"{config['PAGO_NOMBRE']} ({config['PAGO_URL']}), con el código de usuario o la referencia de pago"
    portal = urlsplit(public_url(config)).netloc
    if enlace.abierto(config):
        return f"{portal}/pago-rapido, con el código de usuario y el número de la factura"
    return f"la Oficina Virtual ({portal}), con su cuenta"


def renglones(factura: Factura, servicios: list[Servicio]) -> int:
    """Roughly how many rows the bill takes, with what the utility says on it."""
    config = current_app.config
    names = ("FACTURA_MENSAJE", "FACTURA_CALIDAD", "FACTURA_PUNTOS", "FACTURA_CARGOS", "FACTURA_FIRMA")
    said = sum(len(config[name]) for name in names) // LETRAS_RENGLON + config["FACTURA_MENSAJE"].count("\n")
    more = bool(factura.saldo_anterior) + bool(factura.intereses) + 2 * (factura.lectura_tipo == "promedio")
    return sum(1 + len(servicio.lineas) for servicio in servicios) + more + said + RENGLONES_CUDE * bool(factura.cude)


def codigo_de_barras(factura: Factura) -> Gs1 | None:
    config = current_app.config
    return gs1(
        config["PAGO_GLN"],
        factura.referencia,
        factura.total,
        factura.vence,
        config["PAGO_LARGO_REFERENCIA"],
        config["PAGO_LARGO_VALOR"],
    )


def promedio(consumos: list[int]) -> tuple[int, int] | None:
    """Of how many periods, and their average in litres, to a tenth of m³; None for fewer than two."""
    return (len(consumos), round(round(sum(consumos) / len(consumos)), -2)) if len(consumos) > 1 else None


def acotada(row: Model) -> Model:
    """A copy to be printed: no text is longer than the schema says, nor has signs without ink or that turn the direction."""
    data = row.__data__
    texts = [field for field in row._meta.sorted_fields if isinstance(field, CharField) and data.get(field.name)]
    return type(row)(**data | {field.name: acotado(data[field.name], field.max_length) for field in texts})


def acotado(texto: str, largo: int) -> str:
    if not texto.isprintable():
        texto = "".join(sign if sign.isprintable() else " " for sign in texto)
    return texto if len(texto) <= largo else texto[: largo - 1] + "…"


def deuda(factura: Factura, falta: int) -> dict[str, bool]:
    """Whether old balance and interest are rows of their own: not where the billing system delivered them as lines too.

    ``falta`` is what the lines lack to the total, in centavos.
    """
    saldo, intereses = factura.saldo_anterior, factura.intereses
    return {"fila_saldo": falta in (saldo, saldo + intereses), "fila_intereses": falta in (intereses, saldo + intereses)}


def valor_del_periodo(factura: Factura) -> int:
    """What the period itself cost, to the peso but in centavos: the total without old balance and interest."""
    return (factura.total - factura.saldo_anterior - factura.intereses + 50) // 100 * 100


def logo() -> str | None:
    """The logo of the utility as a ``data:`` address, None where its file is missing or of another kind."""
    path = Path(current_app.static_folder) / current_app.config["MARCA_LOGO"]
    kind = LOGOS.get(path.suffix.lower())
    if kind is None or not path.is_file():
        return None
    return f"data:{kind};base64," + base64.b64encode(path.read_bytes()).decode()


def servicios_de(lineas: Iterable[Any]) -> list[Servicio]:
    """Lines by service, the services in the order of the law, the lines in that of the bill."""
    order = list(SERVICIOS)
    ordered = sorted(lineas, key=lambda linea: (order.index(linea.servicio), linea.orden))
    return [Servicio(SERVICIOS[name], list(group)) for name, group in groupby(ordered, lambda linea: linea.servicio)]


def anteriores(factura: Factura) -> list[Consumo]:
    """The previous 6 bills of the same code, oldest first; one query."""
    earlier = (Factura.expedida < str(factura.expedida)) | (
        (Factura.expedida == str(factura.expedida)) & (Factura.numero < factura.numero)
    )
    rows = (
        Factura.select(*COMPARADOS)
        .where((Factura.predio == factura.codigo) & earlier)
        .order_by(Factura.expedida.desc(), Factura.numero.desc())
        .limit(PERIODOS)
    )
    return [Consumo.de(row) for row in reversed(list(rows))]


def ultimo_pago(factura: Factura) -> PagoAnterior | None:
    """The last payment of the code until the bill was issued; one fixed query."""
    for day, value, canal, entidad in fetch(LAST_PAYMENT_SQL, factura.codigo, str(factura.expedida)):
        return PagoAnterior(as_day(day), value, acotado(entidad or canal or "", Pago.entidad.max_length))
    return None
