"""The APIs with which a merchant asks: PayU's reports API 4.0 and Wompi's API v1."""

import json
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from werkzeug.wrappers import Response

from . import payu, wompi
from .libro import Libro

bp = Blueprint("consultas", __name__)


def libro() -> Libro:
    return current_app.extensions["libro"]


@bp.before_request
def portarse() -> Response | None:
    """The queries fail as they were told to."""
    conducta = libro().conducta
    if conducta.consulta == "caida":
        return Response("Internal Server Error", 500)
    if conducta.consulta == "basura":
        return Response("<html><body>Estamos en mantenimiento</body></html>", mimetype="text/html")
    if conducta.consulta == "lenta":
        libro().fin.wait(conducta.lentitud)
    return None


@bp.post("/reports-api/4.0/service.cgi")
def preguntar_a_payu() -> Response:
    """A command of PayU's reports API."""
    # The real one answers XML unless asked for JSON.
    if "application/json" not in request.headers.get("Accept", ""):
        return Response("<reportingResponse><code>ERROR</code></reportingResponse>", mimetype="application/xml")
    try:
        pregunta = json.loads(request.get_data())
    except ValueError:
        pregunta = {}
    with libro().candado:
        return jsonify(payu.responder(pregunta, lambda referencia: libro().ordenes.get(("payu", referencia)), atrasada()))


@bp.get("/v1/transactions/<identificador>")
def una_de_wompi(identificador: str) -> tuple[Response, int]:
    """A transaction by its id, which anybody may ask for."""
    with libro().candado:
        transaccion = libro().transaccion("wompi", identificador)
        if transaccion is None:
            return error_de_wompi("NOT_FOUND_ERROR", "La entidad solicitada no existe", 404)
        return jsonify(data=wompi.como_json(transaccion, transaccion.dicho(atrasada())), meta={}), 200


@bp.get("/v1/transactions")
def las_de_wompi() -> tuple[Response, int]:
    """The transactions of a reference, for the merchant only."""
    if request.headers.get("Authorization") != f"Bearer {wompi.PRIVADA}":
        return error_de_wompi("INVALID_ACCESS_TOKEN", "La llave proporcionada no corresponde a este ambiente", 401)
    with libro().candado:
        orden = libro().ordenes.get(("wompi", request.args.get("reference", "")))
        found = [wompi.como_json(t, t.dicho(atrasada())) for t in orden.transacciones] if orden else []
        return jsonify(data=found, meta={}), 200


def atrasada() -> bool:
    return libro().conducta.consulta == "atrasada"


def error_de_wompi(kind: str, reason: str, status: int) -> tuple[Any, int]:
    return jsonify(error={"type": kind, "reason": reason}), status
