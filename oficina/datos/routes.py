from flask import Blueprint, flash, redirect, url_for
from flask_login import current_user

from .. import audit
from ..access import public
from ..db import write
from ..forms import PERSON_FIELDS, PersonForm
from ..limits import limit
from ..models import Cuenta
from ..web import render
from . import correo
from .forms import CorreoForm

bp = Blueprint("datos", __name__, url_prefix="/datos")

PEDIDO = (
    "Le enviamos un correo a la dirección nueva. Ábralo y confirme; hasta entonces sigue sirviendo la dirección de siempre. "
    "El enlace sirve durante 24 horas."
)


@bp.get("")
def formulario():
    """The personal data in editable fields."""
    return render("datos/datos.html", form=PersonForm(obj=current_user))


@bp.post("")
def actualizar():
    """Save the personal data."""
    form = PersonForm()
    if not form.validate_on_submit():
        return render("datos/datos.html", status=422, form=form)
    changed = sorted(field.name for field in form if field.name in current_user.__data__ and differs(field))
    form.populate_obj(current_user)
    with write():
        current_user.save(only=[getattr(Cuenta, name) for name in PERSON_FIELDS])
        audit.record("datos_actualizados", current_user.id, detalle=" ".join(changed))
    flash("Sus datos quedaron actualizados.", "exito")
    return redirect(url_for(".formulario"), code=303)


def differs(field) -> bool:
    return (field.data or None) != (current_user.__data__[field.name] or None)


@bp.get("/correo")
def correo_nuevo():
    """The form to change the e-mail address."""
    return render("datos/correo.html", form=CorreoForm())


@bp.post("/correo")
@limit("10 per hour", key=lambda: str(current_user.id), name="cambio-correo")
def cambiar_correo():
    """Ask for the change, with the password."""
    form = CorreoForm()
    good = form.validate_on_submit()
    if good and not current_user.clave_es(form.clave.data):
        form.clave.errors = ["Esa no es su contraseña actual. Revísela."]
    elif good and form.correo.data == current_user.correo:
        form.correo.errors = ["Ese ya es su correo. Escriba uno distinto."]
    if form.errors:
        return render("datos/correo.html", status=422, form=form)
    correo.pedir(current_user, form.correo.data)
    flash(PEDIDO, "exito")
    return redirect(url_for(".formulario"), code=303)


@bp.get("/correo/confirmacion/<token>")
@public
def confirmar(token: str):
    """The mailed link: a button, for mail scanners open links by themselves."""
    return render("datos/confirmar_correo.html", token=token, cambio=correo.pendiente(token))


@bp.post("/correo/confirmacion/<token>")
@public
def confirmado(token: str):
    """The new address counts from here on."""
    try:
        correo.aplicar(token)
    except correo.CorreoTomadoError:
        flash("Esa dirección ya pertenece a otra cuenta. Pida el cambio de nuevo con otra.", "error")
        return redirect(url_for("acceso.formulario"), code=303)
    flash("Su correo quedó cambiado. Inicie sesión con la dirección nueva.", "exito")
    return redirect(url_for("acceso.formulario"), code=303)
