"""PayU's WebCheckout from PayU's side: the form it takes, the way back, the notice, the query (reports API 4.0).

The credentials are those of the test merchant that PayU publishes. Two rules of rounding: see ``firma_de_regreso`` and
``firma_de_aviso``.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from urllib.parse import urlencode

from .libro import Conducta, Orden, Transaccion, decimal

COMERCIO = "508029"
CUENTA = "512321"
LLAVE = "4Vj8eK4rloUd272L48hsrarnUA"
USUARIO = "pRRXKOl8ikMmt9u"
# HMAC has a secret of its own beside the API Key, which is in the message all the same; this one is of PayU's example.
SECRETO = "test123"
INTENTOS = 9
COLOMBIA = timezone(timedelta(hours=-5))

OBLIGATORIOS = ("merchantId", "accountId", "referenceCode", "description", "currency", "amount", "signature")
DEL_PAGADOR = ("buyerEmail", "buyerFullName", "telephone")
ALGORITMOS = {"MD5": hashlib.md5, "SHA": hashlib.sha1, "SHA256": hashlib.sha256}
# transactionState and state_pol; code and message of the answer; what the query tells. There is no published notice of a
# reversal: 8 is what it was in pagosonline, PayU's forerunner.
ESTADOS = {
    "pendiente": ("7", "9994", "PENDING_TRANSACTION_CONFIRMATION", "PENDING"),
    "aprobada": ("4", "1", "APPROVED", "APPROVED"),
    "rechazada": ("6", "5", "ENTITY_DECLINED", "DECLINED"),
    "vencida": ("5", "20", "EXPIRED_TRANSACTION", "EXPIRED"),
    "reversada": ("8", "1", "APPROVED", "APPROVED"),
}
DE_LA_ORDEN = {
    "pendiente": "IN_PROGRESS",
    "aprobada": "CAPTURED",
    "rechazada": "DECLINED",
    "vencida": "CANCELLED",
    "reversada": "REFUNDED",
}
MEDIOS = {"PSE": ("PSE", "4"), "tarjeta": ("VISA", "2"), "efectivo": ("EFECTY", "7")}
DE_UN_MEDIO = {"PSE": "PSE", "EFECTY": "efectivo", "BALOTO": "efectivo", "BANK_REFERENCED": "efectivo"}


def firma(algoritmo: str, *partes: str) -> str:
    """The signature of some values after the API Key, joined by ``~``."""
    text = "~".join((LLAVE, *partes)).encode()
    if algoritmo == "HMAC-SHA256":
        return hmac.new(SECRETO.encode(), text, hashlib.sha256).hexdigest()
    return ALGORITMOS[algoritmo](text).hexdigest()


def firma_de_regreso(algoritmo: str, comercio: str, referencia: str, valor: str, moneda: str, estado: str) -> str:
    """Of the response page: the value always with one decimal, a half to the even one."""
    nuevo = Decimal(valor).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return firma(algoritmo, comercio, referencia, str(nuevo), moneda, estado)


def firma_de_aviso(algoritmo: str, comercio: str, referencia: str, valor: str, moneda: str, estado: str) -> str:
    """Of the confirmation page: two decimals, or one where the second is 0."""
    enteros, _, decimales = valor.partition(".")
    decimales = decimales.ljust(2, "0")
    nuevo = f"{enteros}.{decimales if decimales[1] != '0' else decimales[0]}"
    return firma(algoritmo, comercio, referencia, nuevo, moneda, estado)


# -- the form ---------------------------------------------------------------------------------------


def problemas(campos: Mapping[str, str]) -> list[str]:
    """Why PayU would not take this form, in Spanish; empty if it would."""
    if faltan := [name for name in OBLIGATORIOS if not campos.get(name)]:
        return [f"Faltan campos obligatorios: {', '.join(faltan)}."]
    found = []
    algoritmo = campos.get("algorithmSignature") or "MD5"
    if campos["merchantId"] != COMERCIO:
        found.append(f"merchantId no es {COMERCIO}, el comercio de pruebas.")
    if campos["accountId"] != CUENTA:
        found.append(f"accountId no es {CUENTA}, la cuenta de pruebas en Colombia.")
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,255}", campos["referenceCode"]):
        found.append("referenceCode tiene espacios o signos, o más de 255 caracteres.")
    if len(campos["description"]) > 255:
        found.append("description tiene más de 255 caracteres.")
    if campos["currency"] != "COP":
        found.append("currency no es COP.")
    for name in ("amount", "tax", "taxReturnBase"):
        if campos.get(name) and not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", campos[name]):
            found.append(f"{name} debe ser como 84350.00 o 84350, sin puntos de miles.")
    for name in ("responseUrl", "confirmationUrl"):
        if campos.get(name) and not re.match(r"https?://", campos[name]):
            found.append(f"{name} debe comenzar por https:// o http://")
    if algoritmo not in (*ALGORITMOS, "HMAC-SHA256"):
        found.append(f"algorithmSignature «{algoritmo}» no existe: es MD5, SHA, SHA256 o HMAC-SHA256.")
    elif not hmac.compare_digest(campos["signature"].lower().encode(), firma_de_formulario(algoritmo, campos).encode()):
        found.append(f"La firma (signature, {algoritmo}) no corresponde a los campos enviados.")
    return found


def firma_de_formulario(algoritmo: str, campos: Mapping[str, str]) -> str:
    basicos = [campos[name] for name in ("merchantId", "referenceCode", "amount", "currency")]
    return firma(algoritmo, *basicos, *(campos[name] for name in ("paymentMethods", "iin", "pseBanks") if campos.get(name)))


def notas(campos: Mapping[str, str]) -> list[str]:
    """What PayU would take, but not as the merchant may expect."""
    found = []
    if not campos.get("tax") or not campos.get("taxReturnBase"):
        found.append("Sin tax y taxReturnBase PayU supone que el valor incluye un IVA del 19 %.")
    elif Decimal(campos["tax"]) == 0 == Decimal(campos["taxReturnBase"]):
        found.append("Sin IVA (tax y taxReturnBase en 0), como corresponde a un servicio excluido.")
    else:
        found.append(f"IVA: {campos['tax']}, sobre una base de {campos['taxReturnBase']}.")
    if faltan := [name for name in DEL_PAGADOR if not campos.get(name)]:
        found.append(f"PayU le pediría a quien paga lo que no vino: {', '.join(faltan)}.")
    return found


def pedido(campos: Mapping[str, str]) -> dict[str, Any]:
    """What a form without problems asks for, as ``Libro.pedir`` takes it."""
    chosen = filter(None, campos.get("paymentMethods", "").split(","))
    medios = tuple(dict.fromkeys(DE_UN_MEDIO.get(name, "tarjeta") for name in chosen))
    return {
        "referencia": campos["referenceCode"],
        "valor": int(Decimal(campos["amount"]) * 100),
        "moneda": campos["currency"],
        "descripcion": campos["description"],
        "regreso": campos.get("responseUrl", ""),
        "aviso": campos.get("confirmationUrl", ""),
        "nombre": campos.get("buyerFullName", ""),
        "correo": campos.get("buyerEmail", ""),
        "cuenta": campos["accountId"],
        "pruebas": campos.get("test") != "0",
        "algoritmo": campos.get("algorithmSignature") or "MD5",
        "extras": {name: campos.get(name, "") for name in ("extra1", "extra2", "extra3")},
        "notas": notas(campos),
        **({"medios": medios} if medios else {}),
    }


# -- the way back and the notice ----------------------------------------------------------------------


def regreso(transaccion: Transaccion) -> dict[str, str]:
    """The query of the response page: to be shown, never to be believed."""
    orden, (estado, codigo, _, lap) = transaccion.orden, ESTADOS[transaccion.estado]
    valor = decimal(transaccion.valor)
    # 12: PENDING_AWAITING_PSE_CONFIRMATION.
    pol = "12" if estado == "7" and transaccion.medio == "PSE" else estado
    return {
        "merchantId": COMERCIO,
        "merchant_name": "Comercio de pruebas",
        "referenceCode": orden.referencia,
        "description": orden.descripcion,
        "TX_VALUE": valor,
        "TX_TAX": ".00",
        "currency": transaccion.moneda,
        "transactionState": estado,
        "polTransactionState": pol,
        "lapTransactionState": lap,
        "polResponseCode": codigo,
        "message": lap,
        "reference_pol": str(orden.numero),
        "transactionId": transaccion.id,
        "cus": transaccion.cus,
        "pseBank": transaccion.banco,
        "authorizationCode": transaccion.autorizacion,
        "lapPaymentMethod": MEDIOS[transaccion.medio][0],
        "processingDate": f"{transaccion.cambiada.astimezone(COLOMBIA):%Y-%m-%d}",
        "buyerEmail": orden.correo,
        **orden.extras,
        "signature": firma_de_regreso(orden.algoritmo, COMERCIO, orden.referencia, valor, transaccion.moneda, estado),
    }


def aviso(transaccion: Transaccion, conducta: Conducta, intento: int) -> tuple[dict[str, str], str]:
    """Headers and body of a notice, as told to behave."""
    orden, (estado, codigo, mensaje, _) = transaccion.orden, ESTADOS[transaccion.estado]
    comercio = conducta.comercio or COMERCIO
    moneda = conducta.moneda or transaccion.moneda
    valor = decimal(transaccion.valor if conducta.monto is None else conducta.monto)
    sign = firma_de_aviso(orden.algoritmo, comercio, orden.referencia, valor, moneda, estado)
    medio, tipo = MEDIOS[transaccion.medio]
    hora = transaccion.cambiada.astimezone(COLOMBIA)
    campos = {
        "merchant_id": comercio,
        "reference_sale": orden.referencia,
        "reference_pol": str(orden.numero),
        "transaction_id": transaccion.id,
        "state_pol": estado,
        "response_code_pol": codigo,
        "response_message_pol": mensaje,
        "value": valor,
        "tax": "0.00",
        "additional_value": "0.00",
        "currency": moneda,
        "sign": sign if conducta.firma == "buena" else sign[::-1],
        "payment_method_type": tipo,
        "payment_method_name": medio,
        "cus": transaccion.cus,
        "pse_bank": transaccion.banco,
        "authorization_code": transaccion.autorizacion,
        "transaction_bank_id": transaccion.cus,
        "test": "1" if orden.pruebas and conducta.ambiente == "pruebas" else "0",
        "transaction_date": f"{hora:%Y-%m-%d %H:%M:%S}",
        # As in PayU's own sample: another form, and twelve hours.
        "date": f"{hora:%Y.%m.%d %I:%M:%S}",
        "description": orden.descripcion,
        "email_buyer": orden.correo,
        "nickname_buyer": "",
        "attempts": str(intento),
        **orden.extras,
    }
    if transaccion.medio == "tarjeta":
        campos |= {"franchise": medio, "cc_number": "************0004", "installments_number": "1"}
    return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(campos)


# -- the query --------------------------------------------------------------------------------------


def responder(pregunta: dict[str, Any], buscar: Any, atrasada: bool) -> dict[str, Any]:
    """The answer of service.cgi. ``buscar`` gives the order of a reference."""
    if pregunta.get("merchant") != {"apiLogin": USUARIO, "apiKey": LLAVE}:
        return {"code": "ERROR", "error": "Invalid credentials", "result": None}
    if pregunta.get("command") == "PING":
        return {"code": "SUCCESS", "error": None, "result": {"payload": "PONG"}}
    if pregunta.get("command") != "ORDER_DETAIL_BY_REFERENCE_CODE":
        return {"code": "ERROR", "error": f"Command {pregunta.get('command')} is not simulated", "result": None}
    orden = buscar(pregunta.get("details", {}).get("referenceCode", ""))
    # An order that nobody has tried to pay does not exist yet.
    if orden is None or not orden.transacciones:
        return {"code": "SUCCESS", "error": None, "result": {"payload": None}}
    return {"code": "SUCCESS", "error": None, "result": {"payload": [detalle(orden, atrasada)]}}


def detalle(orden: Orden, atrasada: bool) -> dict[str, Any]:
    estados = [transaccion.dicho(atrasada) for transaccion in orden.transacciones]
    decisive = next((estado for estado in ("aprobada", "reversada") if estado in estados), estados[-1])
    return {
        "id": orden.numero,
        "accountId": int(orden.cuenta or CUENTA),
        "status": DE_LA_ORDEN[decisive],
        "referenceCode": orden.referencia,
        "description": orden.descripcion,
        "airlineCode": None,
        "language": "es",
        "notifyUrl": orden.aviso,
        "isTest": orden.pruebas,
        "shippingAddress": None,
        "buyer": {"merchantBuyerId": None, "fullName": orden.nombre, "emailAddress": orden.correo, "contactPhone": None},
        "additionalValues": {"TX_VALUE": dinero(orden.valor, orden.moneda)},
        "transactions": [
            parte
            for transaccion, estado in zip(orden.transacciones, estados, strict=True)
            for parte in partes(transaccion, estado)
        ],
    }


def partes(transaccion: Transaccion, estado: str) -> list[dict[str, Any]]:
    """The payment and, once it is reversed, the refund of it, which PayU lists as a transaction of its own."""
    paid = una(transaccion, "aprobada" if estado == "reversada" else estado)
    if estado != "reversada":
        return [paid]
    refund = {"id": f"{transaccion.id[:-4]}dev0", "type": "REFUND", "parentTransactionId": transaccion.id}
    return [paid, paid | refund]


def una(transaccion: Transaccion, estado: str) -> dict[str, Any]:
    _, _, mensaje, lap = ESTADOS[estado]
    return {
        "id": transaccion.id,
        "order": None,
        "creditCard": None,
        "type": "AUTHORIZATION_AND_CAPTURE",
        "parentTransactionId": None,
        "paymentMethod": MEDIOS[transaccion.medio][0],
        "paymentCountry": "CO",
        "transactionResponse": {
            "state": lap,
            "paymentNetworkResponseCode": None,
            "paymentNetworkResponseErrorMessage": None,
            "trazabilityCode": transaccion.cus or None,
            "authorizationCode": transaccion.autorizacion or None,
            "pendingReason": "AWAITING_NOTIFICATION" if estado == "pendiente" else None,
            "responseCode": mensaje,
            "errorCode": None,
            "responseMessage": "La entidad financiera no aprobó la transacción" if estado == "rechazada" else None,
            "operationDate": int(transaccion.cambiada.timestamp() * 1000),
            "extraParameters": None,
        },
        "additionalValues": {"TX_VALUE": dinero(transaccion.valor, transaccion.moneda)},
        "extraParameters": {"FINANCIAL_INSTITUTION_NAME": transaccion.banco} if transaccion.banco else None,
    }


def dinero(centavos: int, moneda: str) -> dict[str, Any]:
    """PayU answers numbers with decimals, ``84350.0``: the only place where money is a float, and it is only written."""
    return {"value": centavos / 100, "currency": moneda}
