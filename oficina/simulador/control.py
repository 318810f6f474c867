"""How a test drives the simulator: JSON under /control."""

from typing import Any

from flask import Blueprint, current_app, jsonify, request
from werkzeug.wrappers import Response

from .avisos import avisar, soltar
from .libro import ACCIONES, BANCOS, ESTADOS, Libro, Transaccion, YaPagadaError

bp = Blueprint("control", __name__, url_prefix="/control")

# What of an order a test may set besides its reference.
DATOS = ("valor", "moneda", "descripcion", "regreso", "aviso", "nombre", "correo", "cuenta", "pruebas", "algoritmo")


def libro() -> Libro:
    return current_app.extensions["libro"]


def pedido() -> Any:
    return request.get_json(silent=True) or {}


def mal(motivo: str, status: int = 400) -> tuple[Response, int]:
    return jsonify(error=motivo), status


@bp.post("/conducta")
def comportarse() -> Response | tuple[Response, int]:
    """Change how notices and queries behave from now on; answers with all of it."""
    try:
        return jsonify(libro().comportarse(pedido()))
    except (ValueError, TypeError) as error:
        return mal(str(error))


@bp.post("/pagos")
def pagar() -> tuple[Response, int]:
    """A transaction without a browser: protocolo, referencia, valor, estado, and any of DATOS, medio and banco."""
    datos = pedido()
    try:
        protocolo, referencia, estado = datos.pop("protocolo", "payu"), datos.pop("referencia"), datos.pop("estado", "aprobada")
        medio, banco = datos.pop("medio", "PSE"), datos.pop("banco", BANCOS[0])
        if estado not in ESTADOS or set(datos) - set(DATOS) or protocolo not in ("payu", "wompi"):
            return mal(f"Los datos son protocolo, referencia, estado ({', '.join(ESTADOS)}), medio, banco, {', '.join(DATOS)}.")
        transaccion = libro().pagar(libro().pedir(protocolo, referencia, **datos), estado, medio, banco)
    except (KeyError, TypeError) as error:
        return mal(f"Falta o sobra un dato: {error}.")
    except YaPagadaError:
        return mal("Esa referencia ya está pagada (véase permitir_doble).", 409)
    avisar(libro(), transaccion)
    return jsonify(como_json(transaccion)), 201


@bp.post("/pagos/<referencia>/<accion>")
def despues(referencia: str, accion: str) -> Response | tuple[Response, int]:
    """Something happens to the last transaction of a reference: aprobar, rechazar, vencer, reversar."""
    transaccion = libro().ultima(referencia)
    if transaccion is None or accion not in ACCIONES:
        return mal(f"No hay una transacción de «{referencia}», o la acción no es {', '.join(ACCIONES)}.", 404)
    libro().cambiar(transaccion, ACCIONES[accion])
    avisar(libro(), transaccion)
    return jsonify(como_json(transaccion))


@bp.get("/avisos")
def los_avisos() -> Response:
    """Every notice, in the order they were made, with the answers got."""
    with libro().candado:
        return jsonify([aviso.como_json() for aviso in libro().avisos])


@bp.post("/soltar")
def soltar_retenidos() -> Response | tuple[Response, int]:
    """Send the notices that are held: ``{"orden": "inverso" | "azar" | [3, 1, 2]}``."""
    try:
        return jsonify(soltar(libro(), pedido().get("orden", "")))
    except ValueError as error:
        return mal(str(error))


@bp.post("/reiniciar")
def reiniciar() -> Response:
    """Forget everything; notices on their way are given up."""
    libro().reiniciar()
    return jsonify({})


def como_json(transaccion: Transaccion) -> dict[str, Any]:
    orden = transaccion.orden
    return {
        "id": transaccion.id,
        "numero": orden.numero,
        "protocolo": orden.protocolo,
        "referencia": orden.referencia,
        "valor": transaccion.valor,
        "moneda": transaccion.moneda,
        "estado": transaccion.estado,
        "medio": transaccion.medio,
        "banco": transaccion.banco,
        "cus": transaccion.cus,
    }
