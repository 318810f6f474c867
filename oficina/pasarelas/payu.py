"""PayU Latam, WebCheckout: a form sent by the browser, a notice (the confirmation page) and a query by reference.

From PayU's documentation (developers.payulatam.com: payment-form, confirmation-page, queries-api,
response-codes-and-variables), of 2023 and of January 2026. Where money may move: at PayU, once the browser has sent the
form of ``salida``; here, by what ``consultar`` answers, never by a notice or by the page the customer comes back to.

What its documentation has wrong or leaves open:
- the vector of the confirmation page with ``150.0`` and state 6 is the signature of state 4, and that of its sample POST
  (``e1b0939b…``) is of no known key: neither can be a test;
- the page of return signs another way (always one decimal, half to even); its data are not used here, so it is not read;
- one line says that PayU adds 19 % of IVA also to ``tax=0``, the others only where the field is missing. Water, sewerage
  and cleaning are excluded from IVA (Estatuto Tributario, 476): 0 is sent for both fields; to be seen in the sandbox;
- HMAC-SHA256 signs the same text, API key and all, with a secret of its own.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..config import missing_keys
from .base import Aviso, AvisoIlegibleError, Cobro, FirmaError, Salida, SinRespuestaError, Transaccion
from .http import ask, inner, loads, text

MONEDA = "COP"
CHECKOUT = "https://checkout.payulatam.com/ppp-web-gateway-payu/"
CONSULTA = "https://api.payulatam.com/reports-api/4.0/service.cgi"
CHECKOUT_PRUEBAS = "https://sandbox.checkout.payulatam.com/ppp-web-gateway-payu/"
CONSULTA_PRUEBAS = "https://sandbox.api.payulatam.com/reports-api/4.0/service.cgi"

# The setting PAYU_FIRMA, and how the form names it.
FIRMAS = {"md5": "MD5", "sha1": "SHA", "sha256": "SHA256", "hmac-sha256": "HMAC-SHA256"}
DOCUMENTOS = ("CC", "CE", "NIT", "PP", "TI")  # of ours, those that PayU knows: it has none for the PPT
# The longest that each field may be; what is longer is cut.
LARGOS = {
    "description": 255,
    "buyerFullName": 150,
    "buyerEmail": 255,
    "telephone": 20,
    "buyerDocument": 25,
    "payerFullName": 50,
    "payerEmail": 255,
    "payerPhone": 20,
    "payerDocument": 25,
}
# state_pol of a notice, and state of a transaction in the answer to a query. Any other is not final.
ESTADO_POL = {"4": "aprobada", "5": "vencida", "6": "rechazada", "104": "error"}
ESTADO = {"APPROVED": "aprobada", "DECLINED": "rechazada", "EXPIRED": "vencida", "ERROR": "error"}
DEVUELTA = ("REFUNDED", "CHARGEBACK")
# Why it was refused, by responseCode, for its customer. Of any other nothing is said: that the bank said no is told anyway,
# what waits was not refused, and errors between PayU and the banks are nothing that its customer could mend.
MOTIVOS = {
    "INSUFFICIENT_FUNDS": "Fondos insuficientes",
    "EXCEEDED_AMOUNT": "El valor pasa del tope que tiene su banco",
    "INVALID_CARD": "Los datos de la tarjeta no son válidos",
    "EXPIRED_CARD": "La tarjeta está vencida",
    "RESTRICTED_CARD": "La tarjeta tiene una restricción",
    "INVALID_EXPIRATION_DATE_OR_SECURITY_CODE": "La fecha de vencimiento o el código de la tarjeta no es correcto",
    "CREDIT_CARD_NOT_AUTHORIZED_FOR_INTERNET_TRANSACTIONS": "La tarjeta no está habilitada para pagar por internet",
    "CONTACT_THE_ENTITY": "Su banco pide que lo llame",
    "NOT_ACCEPTED_TRANSACTION": "Su banco no permite este pago",
    "ABANDONED_TRANSACTION": "Salió antes de terminar de pagar",
    "BANK_UNREACHABLE": "No hubo comunicación con su banco",
    "ENTITY_MESSAGING_ERROR": "No hubo comunicación con su banco",
    "PAYMENT_NETWORK_NO_CONNECTION": "No hubo comunicación con su banco",
    "PAYMENT_NETWORK_NO_RESPONSE": "Su banco no respondió",
}
# The types that bring money in. AUTHORIZATION only reserves it; REFUND and VOID show in the status of the order.
PAGOS = ("AUTHORIZATION_AND_CAPTURE", "CAPTURE")


@dataclass(frozen=True)
class PayU:
    """An account at PayU. ``comercio`` is its accountId: it is what tells one country or business from another."""

    merchant: str
    comercio: str
    usuario: str = field(repr=False)
    llave: str = field(repr=False)
    firma: str = "md5"
    secreto: str = field(default="", repr=False)
    pruebas: bool = False
    checkout: str = CHECKOUT
    consulta: str = CONSULTA
    nombre: str = "payu"
    titulo: str = "PayU"
    pide_correo: bool = True  # its form is not taken without buyerEmail

    @property
    def host(self) -> str:
        return urlsplit(self.checkout).hostname or ""

    def salida(self, cobro: Cobro) -> Salida:
        """The form of WebCheckout. The customer may pay from the moment the browser sends it."""
        valor = pesos(cobro.valor)
        tipo = cobro.documento_tipo if cobro.documento_tipo in DOCUMENTOS else ""
        campos = {
            "merchantId": self.merchant,
            "accountId": self.comercio,
            "referenceCode": cobro.referencia,
            "description": cobro.descripcion,
            "currency": MONEDA,
            "amount": valor,
            "tax": "0",
            "taxReturnBase": "0",
            "signature": self.firmar(self.merchant, cobro.referencia, valor, MONEDA),
            "algorithmSignature": FIRMAS[self.firma],
            "test": "1" if self.pruebas else "0",
            "lng": "es",
            "responseUrl": cobro.regreso,
            "confirmationUrl": cobro.aviso,
            "buyerFullName": cobro.nombre,
            "buyerEmail": cobro.correo,
            "telephone": cobro.celular,
            "buyerDocumentType": tipo,
            "buyerDocument": cobro.documento,
            "payerFullName": cobro.nombre,
            "payerEmail": cobro.correo,
            "payerPhone": cobro.celular,
            "payerDocumentType": tipo,
            "payerDocument": cobro.documento,
        }
        return Salida(self.checkout, "post", {name: value[: LARGOS.get(name)] for name, value in campos.items() if value})

    def leer_aviso(self, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Aviso:
        """The POST of the confirmation page. Moves no money.

        It does not tell the accountId: ``comercio`` is ours when the merchant is, else the merchant that it names.
        ``transaction_id`` and ``test`` are not signed: whoever sent the form can have a notice of their own sent to them, turn
        ``test`` round and send it on. The environment is told by the query.
        """
        campos = _campos(cuerpo)
        merchant, referencia, valor, moneda, estado = (
            campos.get(name, "") for name in ("merchant_id", "reference_sale", "value", "currency", "state_pol")
        )
        if not all((merchant, referencia, valor, moneda, estado)):
            raise AvisoIlegibleError("le faltan campos")
        if len(referencia) > 255:
            raise AvisoIlegibleError("la referencia es muy larga")
        cantidad = centavos(valor)
        if cantidad is None:
            raise AvisoIlegibleError("el valor no es una cantidad de dinero")
        debida = self.firmar(merchant, referencia, valor_firmado(valor), moneda, estado)
        if not hmac.compare_digest(debida.encode(), campos.get("sign", "").lower().encode()):
            raise FirmaError("la firma no es de PayU")
        return Aviso(
            referencia=referencia,
            transaccion=campos.get("transaction_id", "")[:60],
            estado=ESTADO_POL.get(estado, "pendiente"),
            valor=cantidad,
            moneda=moneda,
            comercio=self.comercio if merchant == self.merchant else merchant,
            pruebas=self.pruebas,
        )

    def consultar(self, referencia: str) -> list[Transaccion]:
        """ORDER_DETAIL_BY_REFERENCE_CODE: the payments of every order with this reference. It is what moves money.

        An order that was given back or charged back takes its approved payment with it, whole: PayU tells of a part
        that was given back in no status of the order, so that one is for the reconciliation to find.
        """
        respuesta = ask(
            self.consulta,
            {
                "test": False,  # as in the documentation, whose answer to it is of a test order
                "language": "es",
                "command": "ORDER_DETAIL_BY_REFERENCE_CODE",
                "merchant": {"apiLogin": self.usuario, "apiKey": self.llave},
                "details": {"referenceCode": referencia},
            },
        )
        if not isinstance(respuesta, dict) or respuesta.get("code") != "SUCCESS":
            raise SinRespuestaError(f"PayU no atendió la consulta: {text(inner(respuesta).get('error'))[:200]}")
        ordenes = inner(respuesta, "result").get("payload") or []
        if not isinstance(ordenes, list):
            raise SinRespuestaError("la respuesta de PayU no es una lista de órdenes")
        return [transaccion for orden in ordenes for transaccion in self._de_orden(inner(orden), referencia)]

    def firmar(self, *partes: str) -> str:
        """The signature of these parts, in the algorithm of the account."""
        texto = "~".join((self.llave, *partes)).encode()
        if self.firma == "hmac-sha256":
            return hmac.new(self.secreto.encode(), texto, "sha256").hexdigest()
        return hashlib.new(self.firma, texto, usedforsecurity=False).hexdigest()

    def _de_orden(self, orden: dict, referencia: str) -> list[Transaccion]:
        if text(orden.get("referenceCode")) != referencia:
            raise SinRespuestaError("PayU respondió de otra referencia")
        todas = orden.get("transactions") or []
        if not isinstance(todas, list) or not all(inner(una).get("type") for una in todas) or not text(orden.get("accountId")):
            raise SinRespuestaError("a una orden de PayU le faltan datos")
        return [self._de_pago(orden, una) for una in todas if una["type"] in PAGOS]

    def _de_pago(self, orden: dict, pago: dict) -> Transaccion:
        dicho, extra = inner(pago, "transactionResponse"), inner(pago, "extraParameters")
        dinero = inner(pago, "additionalValues", "TX_VALUE") or inner(orden, "additionalValues", "TX_VALUE")
        cantidad, moneda = centavos(dinero.get("value"), exacto=False), text(dinero.get("currency"))
        if not text(pago.get("id")) or cantidad is None or not moneda:
            raise SinRespuestaError("a una transacción de PayU le faltan datos")
        estado = ESTADO.get(text(dicho.get("state")), "pendiente")
        if estado == "aprobada" and text(orden.get("status")) in DEVUELTA:
            estado = "reversada"
        medio = text(pago.get("paymentMethod"))
        return Transaccion(
            id=text(pago["id"]),
            referencia=text(orden["referenceCode"]),
            estado=estado,
            valor=cantidad,
            moneda=moneda,
            comercio=text(orden["accountId"]),
            pruebas=self.pruebas or orden.get("isTest") is True,
            medio=medio,
            banco=text(extra.get("FINANCIAL_INSTITUTION_NAME")) or text(inner(pago, "creditCard").get("issuerBank")),
            # The traceability code of a PSE payment is its CUS; that of a card is its network's and says nothing.
            cus=text(extra.get("CUS")) or (text(dicho.get("trazabilityCode")) if medio == "PSE" else ""),
            autorizacion=text(dicho.get("authorizationCode")),
            motivo=MOTIVOS.get(text(dicho.get("responseCode")), ""),
            fecha=_fecha(dicho.get("operationDate")),
        )


def de_ajustes(settings: Mapping) -> PayU | None:
    """The account of the settings PAYU_*; None where some key is missing."""
    if missing_keys(settings, "payu"):
        return None
    pruebas = settings["PAYU_PRUEBAS"]
    return PayU(
        merchant=settings["PAYU_COMERCIO"],
        comercio=settings["PAYU_CUENTA"],
        usuario=settings["PAYU_USUARIO"],
        llave=settings["PAYU_LLAVE"],
        firma=settings["PAYU_FIRMA"],
        secreto=settings["PAYU_SECRETO"],
        pruebas=pruebas,
        checkout=CHECKOUT_PRUEBAS if pruebas else CHECKOUT,
        consulta=CONSULTA_PRUEBAS if pruebas else CONSULTA,
    )


def pesos(valor: int) -> str:
    """Centavos as PayU writes an amount, by integers alone: 8435000 is ``84350.00``."""
    return f"{valor // 100}.{valor % 100:02}"


def centavos(valor: Any, exacto: bool = True) -> int | None:
    """What PayU writes as an amount, in centavos; None for what is none, or has part of a centavo.

    ``exacto`` takes it only as it is signed: digits, and at most two decimals.
    """
    texto = text(valor)
    if not exacto and isinstance(valor, Decimal) and abs(valor.adjusted()) < 20:
        texto = f"{valor:f}"  # 5E+4 is a number of JSON too
    found = re.fullmatch(r"([0-9]{1,12})(?:\.([0-9]{1,2})(0*))?", texto)
    if not found or (exacto and found[3]):
        return None
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def valor_firmado(valor: str) -> str:
    """The amount of a notice as its signature has it: two decimals, or one where the second is 0 or missing."""
    entero, _, decimales = valor.partition(".")
    return f"{entero}.{decimales if decimales[1:2] not in ('', '0') else decimales[:1] or '0'}"


def _campos(cuerpo: bytes) -> dict[str, str]:
    """The fields of a notice: a form as PayU sends it, or the JSON that its documentation says may come."""
    try:
        if cuerpo.lstrip().startswith(b"{"):
            return {name: text(value) for name, value in loads(cuerpo).items()}
        pares = parse_qsl(cuerpo.decode(errors="replace"), keep_blank_values=True, max_num_fields=200)
    except ValueError as error:
        raise AvisoIlegibleError("no es un formulario") from error
    return {name: text(value) for name, value in pares}


def _fecha(milisegundos: Any) -> datetime | None:
    """In UTC, of milliseconds of this century: some samples of the documentation have seconds, which say too little."""
    if isinstance(milisegundos, int) and 10**12 <= milisegundos < 10**13:
        return datetime.fromtimestamp(milisegundos // 1000, UTC).replace(tzinfo=None)
    return None
