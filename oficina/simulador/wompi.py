"""Wompi's Web Checkout from Wompi's side: the form it takes, the way back, the event, the query (API v1)."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .libro import Conducta, Transaccion

PUBLICA = "pub_test_simulador"
PRIVADA = "prv_test_simulador"
INTEGRIDAD = "test_integrity_simulador"
EVENTOS = "test_events_simulador"
# The first one, and three more: after 30 minutes, 3 hours and 24 hours in the real one.
INTENTOS = 4

OBLIGATORIOS = ("public-key", "currency", "amount-in-cents", "reference", "signature:integrity")
FIRMADOS = ("transaction.id", "transaction.status", "transaction.amount_in_cents")
# Wompi has no state for what expired.
ESTADOS = {"pendiente": "PENDING", "aprobada": "APPROVED", "rechazada": "DECLINED", "vencida": "ERROR", "reversada": "VOIDED"}
MENSAJES = {"rechazada": "La entidad financiera no aprobó la transacción", "vencida": "La transacción expiró"}
MEDIOS = {"PSE": "PSE", "tarjeta": "CARD", "efectivo": "BANCOLOMBIA_COLLECT"}


def sha256(*partes: object) -> str:
    return hashlib.sha256("".join(map(str, partes)).encode()).hexdigest()


def firma_de_integridad(referencia: str, centavos: str, moneda: str, vence: str = "", secreto: str = INTEGRIDAD) -> str:
    return sha256(referencia, centavos, moneda, vence, secreto)


def firma_de_evento(evento: dict[str, Any], secreto: str = EVENTOS) -> str:
    """Of the values that ``signature.properties`` names, in that order, the timestamp and the secret."""
    values = []
    for path in evento["signature"]["properties"]:
        value = evento["data"]
        for step in path.split("."):
            value = value[step]
        values.append(value)
    return sha256(*values, evento["timestamp"], secreto)


# -- the form ---------------------------------------------------------------------------------------


def problemas(campos: Mapping[str, str]) -> list[str]:
    """Why Wompi would not take this form, in Spanish; empty if it would."""
    if faltan := [name for name in OBLIGATORIOS if not campos.get(name)]:
        return [f"Faltan campos obligatorios: {', '.join(faltan)}."]
    found = []
    if campos["public-key"] != PUBLICA:
        found.append(f"public-key no es {PUBLICA}.")
    if campos["currency"] != "COP":
        found.append("currency no es COP.")
    if not re.fullmatch(r"[1-9]\d{0,13}", campos["amount-in-cents"]):
        found.append("amount-in-cents debe ser un entero de centavos, sin puntos.")
    if campos.get("redirect-url") and not re.match(r"https?://", campos["redirect-url"]):
        found.append("redirect-url debe comenzar por https:// o http://")
    firma = firma_de_integridad(
        campos["reference"], campos["amount-in-cents"], campos["currency"], campos.get("expiration-time", "")
    )
    if not hmac.compare_digest(campos["signature:integrity"].encode(), firma.encode()):
        found.append("La firma (signature:integrity) no corresponde a los campos enviados.")
    return found


def pedido(campos: Mapping[str, str]) -> dict[str, Any]:
    """What a form without problems asks for, as ``Libro.pedir`` takes it."""
    return {
        "referencia": campos["reference"],
        "valor": int(campos["amount-in-cents"]),
        "moneda": campos["currency"],
        "regreso": campos.get("redirect-url", ""),
        "nombre": campos.get("customer-data:full-name", ""),
        "correo": campos.get("customer-data:email", ""),
        "cuenta": PUBLICA,
    }


# -- the way back and the event -----------------------------------------------------------------------


def regreso(transaccion: Transaccion) -> dict[str, str]:
    return {"id": transaccion.id, "env": "test"}


def aviso(transaccion: Transaccion, conducta: Conducta, intento: int) -> tuple[dict[str, str], str]:
    """Headers and body of an event, as told to behave; each try is the same but for the time."""
    told = como_json(transaccion, transaccion.estado)
    told["currency"] = conducta.moneda or told["currency"]
    if conducta.monto is not None:
        told["amount_in_cents"] = conducta.monto
    evento: dict[str, Any] = {
        "event": "transaction.updated",
        "data": {"transaction": told},
        "environment": "test" if conducta.ambiente == "pruebas" else "prod",
        "signature": {"properties": list(FIRMADOS)},
        "timestamp": int(time.time()),
        "sent_at": fecha(transaccion.cambiada),
    }
    checksum = firma_de_evento(evento)
    evento["signature"]["checksum"] = checksum if conducta.firma == "buena" else checksum[::-1]
    headers = {"Content-Type": "application/json", "X-Event-Checksum": evento["signature"]["checksum"]}
    return headers, json.dumps(evento, ensure_ascii=False)


# -- the query --------------------------------------------------------------------------------------


def como_json(transaccion: Transaccion, estado: str) -> dict[str, Any]:
    """A transaction as Wompi tells it, in the given state."""
    orden, pse = transaccion.orden, transaccion.medio == "PSE"
    medio: dict[str, Any] = {"type": MEDIOS[transaccion.medio]}
    if pse:
        medio |= {"user_type": 0, "financial_institution_code": "1", "payment_description": orden.descripcion}
        medio["extra"] = {"traceability_code": transaccion.cus, "financial_institution_name": transaccion.banco}
    elif transaccion.medio == "tarjeta":
        medio |= {"installments": 1, "extra": {"brand": "VISA", "last_four": "4242", "name": "VISA-4242"}}
    return {
        "id": transaccion.id,
        "created_at": fecha(transaccion.creada),
        "finalized_at": None if estado == "pendiente" else fecha(transaccion.cambiada),
        "amount_in_cents": transaccion.valor,
        "reference": orden.referencia,
        "customer_email": orden.correo or None,
        "currency": transaccion.moneda,
        "payment_method_type": medio["type"],
        "payment_method": medio,
        "status": ESTADOS[estado],
        "status_message": MENSAJES.get(estado),
        "shipping_address": None,
        "redirect_url": orden.regreso or None,
        "payment_source_id": None,
        "payment_link_id": None,
        "customer_data": {"full_name": orden.nombre} if orden.nombre else None,
        "merchant": {"name": "Comercio de pruebas", "public_key": orden.cuenta or PUBLICA},
    }


def fecha(momento: datetime) -> str:
    return momento.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
