"""Wompi (Bancolombia), Web Checkout: a form sent by the browser, a notice (an event) and a query by reference.

From Wompi's documentation (docs.wompi.co, colombia: widget-checkout-web, eventos, transacciones, metodos-de-pago). Where
money may move: at Wompi, once the browser has sent the form of ``salida``; here, by what ``consultar`` answers, never by
a notice or by the address the customer comes back to.

What its documentation has wrong: the checksum printed beside the sample event (``3476DDA5…8BD0``) is not that of the data
beside it, which is ``5a18ec5e…aefbe``. And an event does not sign its reference, currency or environment, nor where one
signed value ends and the next begins: it is only ever a reason to ask.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from ..config import missing_keys
from .base import Aviso, AvisoIlegibleError, Cobro, FirmaError, Salida, SinRespuestaError, Transaccion
from .http import ask, inner, loads, text

MONEDA = "COP"
CHECKOUT = "https://checkout.wompi.co/p/"
CONSULTA = "https://production.wompi.co/v1"
CONSULTA_PRUEBAS = "https://sandbox.wompi.co/v1"

PREFIJO_PRUEBAS = "pub_test_"
DOCUMENTOS = ("CC", "CE", "NIT", "PP", "TI")  # of ours, those that Wompi knows: it has none for the PPT
# Any other status is not final. Only what a card paid can be voided, says the documentation; whatever it was, what is
# voided is money that is not ours, and one that never was approved gives back what it brought: nothing.
ESTADO = {"APPROVED": "aprobada", "DECLINED": "rechazada", "VOIDED": "reversada", "ERROR": "error"}
# Why it was refused, for its customer: by the code that the bank of a card answered (ISO 8583), else by the words of Wompi,
# in small letters. Of any other nothing is said: it may be in English, or only that the bank said no, which is told anyway.
CODIGOS = {
    "14": "Los datos de la tarjeta no son válidos",
    "51": "Fondos insuficientes",
    "54": "La tarjeta está vencida",
    "55": "La clave no es correcta",
    "57": "Su banco no permite este pago",
    "61": "El valor pasa del tope que tiene su banco",
    "62": "La tarjeta tiene una restricción",
    "65": "La tarjeta pasó del número de pagos que permite su banco",
    "82": "El código de la tarjeta no es correcto",
    "91": "No hubo comunicación con su banco",
}
MENSAJES = {
    "fondos insuficientes": "Fondos insuficientes",
    "insufficient funds": "Fondos insuficientes",
    "tarjeta vencida": "La tarjeta está vencida",
    "tarjeta inválida": "Los datos de la tarjeta no son válidos",
}
# What a checksum must cover to say anything of a payment.
FIRMADOS = {"transaction.id", "transaction.status", "transaction.amount_in_cents"}


@dataclass(frozen=True)
class Wompi:
    """A business at Wompi. ``comercio`` is its public key: the answers to the private key are of that business."""

    comercio: str
    privada: str = field(repr=False)
    integridad: str = field(repr=False)
    eventos: str = field(repr=False)
    pruebas: bool = False
    checkout: str = CHECKOUT
    consulta: str = CONSULTA
    nombre: str = "wompi"
    titulo: str = "Wompi"
    pide_correo: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.checkout).hostname or ""

    def salida(self, cobro: Cobro) -> Salida:
        """The form of Web Checkout. The customer may pay from the moment the browser sends it.

        Where it sends its events is told in its own pages, for each environment: ``cobro.aviso`` does not travel.
        """
        campos = {
            "public-key": self.comercio,
            "currency": MONEDA,
            "amount-in-cents": str(cobro.valor),
            "reference": cobro.referencia,
            "signature:integrity": self.firmar(cobro.referencia, cobro.valor),
            "redirect-url": cobro.regreso,
            "customer-data:email": cobro.correo,
            "customer-data:full-name": cobro.nombre,
        }
        if cobro.celular:
            campos |= {"customer-data:phone-number": cobro.celular, "customer-data:phone-number-prefix": "+57"}
        if cobro.documento and cobro.documento_tipo in DOCUMENTOS:
            campos |= {"customer-data:legal-id": cobro.documento, "customer-data:legal-id-type": cobro.documento_tipo}
        return Salida(self.checkout, "get", {name: value for name, value in campos.items() if value})

    def leer_aviso(self, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Aviso:
        """The event ``transaction.updated``. Moves no money. ``referencia``, ``moneda`` and ``pruebas`` are not signed."""
        try:
            evento = loads(cuerpo)
        except ValueError as error:
            raise AvisoIlegibleError("no es JSON") from error
        self._comprobar(inner(evento), cabeceras)
        transaccion = inner(evento, "data", "transaction")
        if evento.get("event") != "transaction.updated":
            raise AvisoIlegibleError("no trata de una transacción")
        referencia, valor = text(transaccion.get("reference")), _entero(transaccion.get("amount_in_cents"))
        if not referencia or len(referencia) > 255 or valor is None:
            raise AvisoIlegibleError("le faltan campos")
        return Aviso(
            referencia=referencia,
            transaccion=text(transaccion.get("id"))[:60],
            estado=ESTADO.get(text(transaccion.get("status")), "pendiente"),
            valor=valor,
            moneda=text(transaccion.get("currency"))[:10],
            comercio=self.comercio,
            pruebas=evento.get("environment") != "prod",
        )

    def consultar(self, referencia: str) -> list[Transaccion]:
        """All transactions of the business with this reference. It is what moves money."""
        respuesta = ask(
            f"{self.consulta}/transactions?{urlencode({'reference': referencia})}",
            headers={"Authorization": f"Bearer {self.privada}"},
        )
        todas = inner(respuesta).get("data")
        if not isinstance(todas, list):
            raise SinRespuestaError("la respuesta de Wompi no es una lista de transacciones")
        return [self._de(inner(una), referencia) for una in todas]

    def firmar(self, referencia: str, valor: int) -> str:
        """The signature of integrity: that nobody changed what is charged on its way through the browser."""
        return hashlib.sha256(f"{referencia}{valor}{MONEDA}{self.integridad}".encode()).hexdigest()

    def _comprobar(self, evento: dict, cabeceras: Mapping[str, str]) -> None:
        firma = inner(evento, "signature")
        dadas = {text(suma).lower() for suma in (firma.get("checksum"), _cabecera(cabeceras, "X-Event-Checksum")) if suma}
        if len(dadas) != 1:
            raise FirmaError("no trae firma, o trae dos distintas")
        propiedades, momento = firma.get("properties"), text(evento.get("timestamp"))
        if not isinstance(propiedades, list) or not 0 < len(propiedades) <= 20 or not re.fullmatch("[0-9]{10}", momento):
            raise AvisoIlegibleError("no es un evento de Wompi")
        valores = [_firmado(inner(evento, "data"), propiedad) for propiedad in propiedades]
        if not set(propiedades) >= FIRMADOS:
            raise FirmaError("la firma no cubre la transacción, su estado y su valor")
        debida = hashlib.sha256("".join((*valores, momento, self.eventos)).encode()).hexdigest()
        if not hmac.compare_digest(debida.encode(), dadas.pop().encode()):
            raise FirmaError("la firma no es de Wompi")

    def _de(self, transaccion: dict, referencia: str) -> Transaccion:
        if text(transaccion.get("reference")) != referencia:
            raise SinRespuestaError("Wompi respondió de otra referencia")
        valor = _entero(transaccion.get("amount_in_cents"))
        if not text(transaccion.get("id")) or valor is None or not text(transaccion.get("currency")):
            raise SinRespuestaError("a una transacción de Wompi le faltan datos")
        extra = inner(transaccion, "payment_method", "extra")
        return Transaccion(
            id=text(transaccion["id"]),
            referencia=referencia,
            estado=ESTADO.get(text(transaccion.get("status")), "pendiente"),
            valor=valor,
            moneda=text(transaccion["currency"]),
            comercio=text(inner(transaccion, "merchant").get("public_key")) or self.comercio,
            pruebas=self.pruebas,
            medio=text(extra.get("brand")) or text(transaccion.get("payment_method_type")),
            banco=text(extra.get("financial_institution_name")),
            cus=text(extra.get("traceability_code")),
            autorizacion=text(extra.get("authorization_code")),
            motivo=_motivo(text(extra.get("processor_response_code")), text(transaccion.get("status_message"))),
            fecha=_fecha(transaccion.get("finalized_at") or transaccion.get("created_at")),
        )


def de_ajustes(settings: Mapping) -> Wompi | None:
    """The business of the settings WOMPI_*; None where some key is missing. Its keys tell the environment."""
    if missing_keys(settings, "wompi"):
        return None
    pruebas = settings["WOMPI_LLAVE_PUBLICA"].startswith(PREFIJO_PRUEBAS)
    return Wompi(
        comercio=settings["WOMPI_LLAVE_PUBLICA"],
        privada=settings["WOMPI_LLAVE_PRIVADA"],
        integridad=settings["WOMPI_INTEGRIDAD"],
        eventos=settings["WOMPI_EVENTOS"],
        pruebas=pruebas,
        consulta=CONSULTA_PRUEBAS if pruebas else CONSULTA,
    )


def _motivo(codigo: str, mensaje: str) -> str:
    """Why, in the words of the tables above; empty where they have none."""
    return CODIGOS.get(codigo) or MENSAJES.get(mensaje.lower().rstrip("."), "")


def _entero(valor: Any) -> int | None:
    """An amount in cents, as the whole number that it is."""
    return valor if isinstance(valor, int) and not isinstance(valor, bool) and 0 <= valor < 10**14 else None


def _firmado(datos: dict, propiedad: Any) -> str:
    """The value of a property such as ``transaction.id``, as its checksum takes it."""
    if not isinstance(propiedad, str):
        raise AvisoIlegibleError("una propiedad firmada no es un nombre")
    *camino, nombre = propiedad.split(".")
    valor = inner(datos, *camino).get(nombre)
    if not text(valor):
        raise AvisoIlegibleError("falta un valor firmado")
    return str(valor)


def _cabecera(cabeceras: Mapping[str, str], nombre: str) -> str:
    """A header by its name in any case, whatever keeps them."""
    return next((valor for clave, valor in cabeceras.items() if clave.lower() == nombre.lower()), "")


def _fecha(valor: Any) -> datetime | None:
    """2026-11-24T18:03:05.120Z in UTC, without its fraction; a time without a zone is in UTC too."""
    try:
        momento = datetime.fromisoformat(text(valor))
        momento = momento.astimezone(UTC) if momento.tzinfo else momento
    except (ValueError, OverflowError):
        return None
    return momento.replace(tzinfo=None, microsecond=0)
