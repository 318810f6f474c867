from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask_login import current_user

from .. import cobros, documentos, pasarelas
from ..access import ask_to_sign_in, go_to, if_signed_out, may_send_forms_to, public
from ..cobros import YaAbiertoError
from ..db import snapshot
from ..documentos.comprobante import CON_COMPROBANTE, html_de, nombre
from ..formats import hoy
from ..limits import limit
from ..models import Entrega, Intento
from ..pasarelas import Pasarela
from ..web import get_or_404, is_htmx, named, render
from . import seguimiento
from .comienzo import RevisarError, comenzar
from .oferta import Oferta, ofrecer

bp = Blueprint("pagar", __name__, url_prefix="/pagar")

SIN_COBRO = "Su sesión terminó antes de empezar el pago: no se le cobró nada."
TARDE = "Ese pago ya no se puede dejar: la pasarela ya respondió o su banco lo está procesando. Mire aquí cómo va."


@bp.get("")
@snapshot()
def elegir():
    """The bills of one's codes that can be paid, those of ``codigo`` chosen; htmx swaps only the sum."""
    asked = request.args.getlist("codigo")
    oferta = ofrecer(current_user, asked if asked or "elegir" in request.args else None)
    pasarela = pasarelas.pasarela(current_app.config)
    return pagina(pasarela, oferta) if pasarela else al_portal(oferta)


def pagina(pasarela: Pasarela, oferta: Oferta, status: int = 200, mensaje: str = "") -> Response:
    context = {"oferta": oferta, "pasarela": pasarela, "mensaje": mensaje, "hoy": hoy()}
    return render("pagar/elegir.html", "pagar/_suma.html", status, actualizada=Entrega.ultima_fecha(), **context)


def al_portal(oferta: Oferta) -> Response:
    """Without a gateway each bill has its own page, with what the payment portal asks for; but first what is on its way."""
    asked = [opcion for opcion in oferta.opciones if opcion.pedida]
    for opcion in asked:
        if opcion.abierto and opcion.abierto.cuenta_id == current_user.id:
            return redirect(url_for(".estado", publico=opcion.abierto.publico), code=303)
    bills = [opcion.factura.numero for opcion in asked if opcion.debe]
    if bills:
        return redirect(url_for("facturas.pago", numero=bills[0]), code=303)
    return redirect(url_for("facturas.panel"), code=303)


def a_elegir() -> str:
    """The page to choose, with what the form asks for chosen."""
    return url_for(".elegir", elegir=1, codigo=request.form.getlist("codigo"))


@bp.post("/eleccion")
@if_signed_out(a_elegir, SIN_COBRO)
def sumar():
    """What the chosen ones cost, where there is no JavaScript."""
    return redirect(a_elegir(), code=303)


@bp.post("")
@if_signed_out(a_elegir, SIN_COBRO)
@limit("30 per hour", key=lambda: str(current_user.id), name="pagar")
def iniciar():
    """Begin an attempt for the chosen bills."""
    oferta = ofrecer(current_user, request.form.getlist("codigo"))
    pasarela = pasarelas.pasarela(current_app.config)
    if pasarela is None:
        return al_portal(oferta)
    total = request.form.get("total", type=int)
    try:
        intento = comenzar(pasarela, oferta, request.form.getlist("sumado"), total, "de_nuevo" in request.form)
    except RevisarError as error:
        return pagina(pasarela, ofrecer(current_user, request.form.getlist("codigo")), 422, str(error))
    except YaAbiertoError as error:
        return ya_abierto(error.intento, total)
    return redirect(url_for(".salida", publico=intento.publico), code=303)


def ya_abierto(intento: Intento, total: int | None) -> Response:
    """Why what was chosen cannot be begun now, and the way on where there is one."""
    context = {"intento": intento, "propio": intento.cuenta_id == current_user.id, "titulo": seguimiento.titulo(intento)}
    return render("pagar/abierto.html", status=422, codigos=request.form.getlist("codigo"), total=total, **context)


def intento_de(publico: str) -> Intento:
    """The attempt of an address: the account's own, or one that was begun without account, whose address is its key.

    Whoever is not signed in is asked to, and comes back to its page.
    """
    intento = get_or_404(Intento.select(), Intento.publico == publico)
    if intento.cuenta_id is None:
        return intento
    if not current_user.is_authenticated:
        # Not the address asked for: what the gateways add to it is too long for a cookie. The log-in page has its own notice.
        abort(ask_to_sign_in("", url_for(".estado", publico=publico, volvio=request.args.get("volvio") and 1)))
    if intento.cuenta_id != current_user.id:
        abort(404)
    if current_user.nivel != "plena":
        abort(go_to("contrasena.formulario"))
    return intento


@bp.get("/<publico>/salida")
@public
def salida(publico: str):
    """The form that takes the customer to the gateway, sent at once where there is JavaScript."""
    intento = intento_de(publico)
    pasarela = seguimiento.pasarela_de(intento)
    if intento.estado != "creado" or pasarela is None:
        return redirect(url_for(".estado", publico=publico), code=303)
    regreso = url_for(".estado", publico=publico, volvio=1)
    cobro = cobros.cobro_de(intento, current_app.config, regreso, current_user if intento.cuenta_id else None)
    way = pasarela.salida(cobro)
    return may_send_forms_to(render("pagar/salida.html", intento=intento, pasarela=pasarela, salida=way), way.url)


@bp.get("/<publico>")
@public
def estado(publico: str):
    """What came of the attempt; looks again by itself until that is known. Once paid, the receipt."""
    intento = intento_de(publico)
    if is_htmx() and request.args.get("visto") == seguimiento.visto(intento):
        return Response(status=204)
    return render("pagar/estado.html", "pagar/_estado.html", **seguimiento.datos(intento, "volvio" in request.args))


@bp.post("/<publico>/cancelacion")
@public
def cancelar(publico: str):
    """Give up an attempt of which the gateway knows nothing."""
    intento = intento_de(publico)
    who = current_user if intento.cuenta_id else None
    if intento.estado != "cancelado" and not cobros.cancelar(intento, who):
        flash(TARDE, "aviso")
    return redirect(url_for(".estado", publico=publico), code=303)


@bp.get("/comprobante-<publico>.pdf")
@public
def comprobante(publico: str):
    """The receipt of a payment as PDF."""
    intento = intento_de(publico)
    if intento.estado not in CON_COMPROBANTE:
        abort(404)
    response = Response(documentos.render(html_de(intento)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = named("inline", nombre(intento))
    return response
