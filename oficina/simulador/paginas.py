"""What a person sees: where the payer decides what happens, and the list of all that was paid."""

from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .avisos import PROTOCOLOS, avisar
from .libro import ACCIONES, BANCOS, MEDIOS, Libro, Orden, Transaccion, YaPagadaError

bp = Blueprint("paginas", __name__)

# What the payer chooses, and the state of the transaction that it makes.
RESULTADOS = {"aprobar": "aprobada", "rechazar": "rechazada", "pendiente": "pendiente"}
# What can still happen to a transaction, and what trying it is good for.
DESPUES = {
    "pendiente": {
        "aprobar": "El banco responde que sí: el pago debe quedar aprobado.",
        "rechazar": "El banco responde que no: se debe poder pagar otra vez.",
        "vencer": "El banco no respondió a tiempo.",
    },
    "aprobada": {"reversar": "La pasarela devuelve el dinero: la factura se debe otra vez."},
    "rechazada": {"aprobar": "El banco se corrige tarde: el pago cuenta."},
    "vencida": {"aprobar": "La aprobación llega después de vencida: el pago cuenta."},
    "reversada": {},
}


def libro() -> Libro:
    return current_app.extensions["libro"]


@bp.get("/")
def inicio() -> str:
    """Every transaction with what can still happen to it, and the notices sent."""
    with libro().candado:
        transacciones = [t for orden in libro().ordenes.values() for t in orden.transacciones]
        transacciones.sort(key=lambda transaccion: transaccion.creada, reverse=True)
        return render_template(
            "inicio.html",
            transacciones=transacciones,
            avisos=libro().avisos[:-31:-1],
            conducta=libro().conducta,
            despues=DESPUES,
            medios=MEDIOS,
        )


@bp.post("/transacciones/<protocolo>/<identificador>/<accion>")
def despues(protocolo: str, identificador: str, accion: str) -> Response:
    """Something happens to a transaction later on, or its notice goes out again."""
    transaccion = libro().transaccion(protocolo, identificador)
    if transaccion is None or accion not in {*ACCIONES, "avisar"}:
        abort(404)
    if accion != "avisar":
        libro().cambiar(transaccion, ACCIONES[accion])
    avisar(libro(), transaccion)
    return redirect(url_for("paginas.inicio"), 303)


@bp.post("/ppp-web-gateway-payu/")
def entrar_por_payu() -> Response | tuple[str, int]:
    """The payer comes with PayU's form."""
    return recibir("payu", request.form.to_dict())


@bp.get("/p/")
def entrar_por_wompi() -> Response | tuple[str, int]:
    """The payer comes with Wompi's form."""
    return recibir("wompi", request.args.to_dict())


def recibir(protocolo: str, campos: dict[str, str]) -> Response | tuple[str, int]:
    pasarela = PROTOCOLOS[protocolo]
    if problemas := pasarela.problemas(campos):
        return render_template("mal_pedido.html", protocolo=protocolo, problemas=problemas, campos=campos), 400
    orden = libro().pedir(protocolo, **pasarela.pedido(campos))
    return redirect(url_for("paginas.pagar", numero=orden.numero), 303)


@bp.get("/pagar/<int:numero>")
def pagar(numero: int) -> str | tuple[str, int]:
    """What is paid and to whom, and a button for each way it can end."""
    orden = libro().numero(numero) or abort(404)
    if orden.pagada and not libro().conducta.permitir_doble:
        return render_template("ya_pagada.html", orden=orden), 409
    return render_template("pagar.html", orden=orden, medios=MEDIOS, bancos=BANCOS)


@bp.post("/pagar/<int:numero>")
def decidir(numero: int) -> Response | tuple[str, int]:
    """The payer decides how it ends, and goes back to the merchant."""
    orden = libro().numero(numero) or abort(404)
    resultado, medio, banco = (request.form.get(name, "") for name in ("resultado", "medio", "banco"))
    if resultado == "abandonar":
        return redirect(orden.regreso or url_for("paginas.pagar", numero=numero), 303)
    if resultado not in RESULTADOS or medio not in orden.medios or banco not in BANCOS:
        abort(400)
    try:
        transaccion = libro().pagar(orden, RESULTADOS[resultado], medio, banco)
    except YaPagadaError:
        return render_template("ya_pagada.html", orden=orden), 409
    avisar(libro(), transaccion)
    return redirect(de_regreso(orden, transaccion), 303)


def de_regreso(orden: Orden, transaccion: Transaccion) -> str:
    """The merchant's address with what the gateway adds to it."""
    if not orden.regreso:
        return url_for("paginas.inicio")
    added = urlencode(PROTOCOLOS[orden.protocolo].regreso(transaccion))
    return f"{orden.regreso}{'&' if '?' in orden.regreso else '?'}{added}"
