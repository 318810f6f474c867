from flask import Blueprint, Response, current_app, flash, redirect, url_for
from flask_login import current_user

from .. import audit, confirmation, mail
from ..access import leave, public
from ..db import write
from ..forms import fresh_captcha
from ..limits import limit, within
from ..web import is_htmx, render
from . import entrada
from .forms import IngresoForm, OlvidoForm

bp = Blueprint("acceso", __name__)

BLOQUEADA = "Su cuenta está bloqueada. Llámenos al {} o acérquese a la oficina de atención."
NO_COINCIDEN = "El correo o la contraseña no coinciden. Revíselos e intente de nuevo."
ENVIADA = (
    "Si esa dirección está registrada, en unos minutos le llega un correo con una contraseña temporal que sirve "
    "durante {} minutos. Revise también la carpeta de correo no deseado. Su contraseña de siempre sigue sirviendo."
)


@bp.get("/ingresar")
@public
def formulario():
    """The log-in form; somebody already signed in goes on to the office."""
    if current_user.is_authenticated:
        return redirect(url_for("inicio.inicio"), code=303)
    return render("acceso/ingresar.html", form=IngresoForm())


@bp.post("/ingresar")
@public
def ingresar():
    """Sign in and go to the page first asked for."""
    form = IngresoForm()
    if not form.validate_on_submit():
        return render("acceso/ingresar.html", status=422, form=form)
    outcome = entrada.intentar(form.correo.data, form.clave.data, form.captcha.data, form.digitos.data)
    if isinstance(outcome, str):
        return redirect(outcome, code=303)
    return rechazar(form, outcome)


def rechazar(form: IngresoForm, rechazo: entrada.Rechazo) -> Response:
    """The form again with what to do."""
    if rechazo.esperar:
        form.form_errors.append(f"Por seguridad, espere {espera(rechazo.esperar)} antes de intentar de nuevo.")
        response = render("acceso/ingresar.html", status=429, form=form)
        response.headers["Retry-After"] = str(rechazo.esperar)
        return response
    if rechazo.captcha:
        form.digitos.errors = ["Hubo muchos intentos con esta cuenta. Escriba los números de la imagen para continuar."]
        return con_captcha(form, 422)
    blocked = BLOQUEADA.format(current_app.config["MARCA_TELEFONO"])
    form.form_errors.append(blocked if rechazo.bloqueada else NO_COINCIDEN)
    return render("acceso/ingresar.html", status=422, form=form)


@bp.post("/ingresar/otra-imagen")
@public
def otra_imagen():
    """Another picture of the security code, where there is no JavaScript."""
    return con_captcha(IngresoForm(), 200)


def con_captcha(form: IngresoForm, status: int) -> Response:
    """The log-in form with a fresh security code."""
    fresh_captcha(form)
    return render("acceso/ingresar.html", status=status, form=form, con_captcha=True)


@bp.get("/ingresar/captcha")
@public
def otro_captcha():
    """Another picture of the security code, as a fragment."""
    if not is_htmx():
        return redirect(url_for(".formulario"), code=303)
    form = IngresoForm(formdata=None)
    fresh_captcha(form)
    return render("_captcha.html", form=form, pagina="acceso")


def espera(seconds: int) -> str:
    return f"{seconds} segundos" if seconds < 120 else f"{seconds // 60 + 1} minutos"


@bp.get("/olvido")
@public
def olvido():
    """Ask for a temporary password."""
    return render("acceso/olvido.html", form=OlvidoForm())


@bp.post("/olvido")
@public
@limit("20 per hour")
def pedir_clave():
    """Queue the request; the worker decides whether the account exists, so that the answer is the same in the same time."""
    form = OlvidoForm()
    if not form.validate_on_submit():
        return render("acceso/olvido.html", status=422, form=form)
    if within("olvido", form.correo.data, 3, 3600):
        with write():
            audit.record("clave_olvidada", actor="anonimo")
            mail.queue("clave_temporal", form.correo.data)
    flash(ENVIADA.format(current_app.config["CLAVE_TEMPORAL_MIN"]), "exito")
    return redirect(url_for(".formulario"), code=303)


@bp.get("/confirmacion/<token>")
@public
def confirmacion_correo(token: str):
    """The mailed link: a button, for mail scanners open links by themselves."""
    confirmation.read(token)
    return render("acceso/confirmacion.html", token=token)


@bp.post("/confirmacion/<token>")
@public
def confirmar_correo(token: str):
    """Take the address of the account as confirmed."""
    if confirmation.confirm(*confirmation.read(token)):
        flash("Su correo quedó confirmado. Gracias.", "exito")
    else:
        flash("Ese enlace ya no sirve: es de un correo que su cuenta ya no usa.", "aviso")
    return redirect(url_for("inicio.inicio" if current_user.is_authenticated else ".formulario"), code=303)


@bp.post("/confirmacion")
@limit("3 per day", key=lambda: str(current_user.id), name="confirmacion")
def reenviar_confirmacion():
    """Send the confirmation mail again."""
    with write():
        confirmation.send(current_user)
        audit.record("confirmacion_reenviada", current_user.id)
    flash("Le enviamos de nuevo el correo de confirmación. Revise también la carpeta de correo no deseado.", "exito")
    return redirect(url_for("inicio.inicio"), code=303)


@bp.get("/salir")
def confirmar_salida():
    """Ask before ending the session."""
    return render("acceso/salir.html", temporal=current_user.nivel == "temporal")


@bp.post("/salir")
def salir():
    """End the session: its row, the cookie, and what the browser kept."""
    with write():
        audit.record("salida", current_user.id)
        leave()
    flash("Su sesión terminó. Ya nadie más puede ver sus datos en este equipo.", "exito")
    response = redirect(url_for(".formulario"), code=303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
