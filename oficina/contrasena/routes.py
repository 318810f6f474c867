from flask import Blueprint, flash, redirect, session, url_for
from flask_login import current_user

from .. import audit, mail
from ..access import enter
from ..db import write
from ..limits import limit
from ..models import Cuenta
from ..web import render
from .forms import ContrasenaForm

bp = Blueprint("contrasena", __name__, url_prefix="/contrasena")


def formulario_para(cuenta: Cuenta, **options) -> ContrasenaForm:
    """After the mailed password the old one is not asked for: it is the one forgotten."""
    form = ContrasenaForm(**options)
    if cuenta.nivel == "temporal":
        del form.anterior
    return form


@bp.get("")
def formulario():
    """The form to change the password."""
    return render("contrasena/contrasena.html", form=formulario_para(current_user))


@bp.post("")
@limit("10 per hour", key=lambda: str(current_user.id), name="contrasena")
def cambiar():
    """Change the password."""
    form = formulario_para(current_user)
    good = form.validate_on_submit()
    if good and "anterior" in form and not current_user.clave_es(form.anterior.data):
        form.anterior.errors = ["Esa no es su contraseña anterior. Revísela."]
    elif good and current_user.clave_es(form.clave.data):
        form.clave.errors = ["Esa es la contraseña que ya tiene. Escriba una distinta."]
    if form.errors:
        return render("contrasena/contrasena.html", status=422, form=form)
    guardar(current_user._get_current_object(), form.clave.data)
    flash("Su contraseña quedó cambiada y las demás sesiones se cerraron.", "exito")
    return redirect(url_for("inicio.inicio"), code=303)


def guardar(cuenta: Cuenta, clave: str) -> None:
    """The new password, a fresh session for this browser, the end of all others, and a mail that tells it."""
    with write():
        cuenta.cambiar_clave(clave)
        audit.record("clave_cambiada", cuenta.id)
        mail.queue("clave_cambiada", cuenta.correo, nombres=cuenta.nombres)
        session.pop("destino", None)
        enter(cuenta)
