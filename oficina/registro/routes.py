from flask import Blueprint, Response, current_app, flash, redirect, session, url_for

from .. import captcha
from ..access import public
from ..forms import PERSON_FIELDS, fresh_captcha, human
from ..limits import address, limit, within
from ..proof import holds_bill
from ..web import is_htmx, render
from . import alta
from .forms import CodigoForm, DatosForm

bp = Blueprint("registro", __name__, url_prefix="/registro")

NO_SE_PUEDE = (
    "Ese código no se puede registrar. Revise que sea el que aparece arriba a la derecha en su factura. "
    "Si está bien escrito, es posible que ya tenga una cuenta, como la de quien era titular antes: "
    "pida en la oficina de atención que lo liberen, con su documento y una factura."
)
NO_PRUEBA = "Ese número no es de una factura reciente de este código. Está en la parte superior de la factura."
SIN_CAPTCHA = "Escriba los cinco números de la imagen o del audio."
NO_CAPTCHA = "Los números no coinciden con la imagen. Escriba los de la imagen nueva."
CREADA = (
    "Recibimos su registro. Le enviamos un correo para confirmar su dirección; "
    "ya puede iniciar sesión con su correo y su contraseña."
)
# Codes tried from all addresses, and seconds: over it the security code is asked for too.
MANY = (300, 600)
ACCOUNT_FIELDS = (*PERSON_FIELDS, "correo", "clave")


@bp.get("")
@public
def codigo():
    """Step 1: the customer code."""
    return render("registro/codigo.html", "registro/_codigo.html", form=CodigoForm())


@bp.post("")
@public
@limit("30 per hour")
def validar():
    """Check the code: a wrong one and a taken one get the same answer."""
    form = CodigoForm()
    if form.validate_on_submit() and not (within("validar", "todos", *MANY) or human(form)):
        return con_captcha(form, 422, NO_CAPTCHA if form.digitos.data else SIN_CAPTCHA)
    token = None if form.errors else alta.validar(form.codigo.data)
    if token is None:
        form.codigo.errors = form.codigo.errors or [NO_SE_PUEDE]
        return render("registro/codigo.html", "registro/_codigo.html", status=422, form=form)
    session["validado"] = token
    return redirect(url_for(".datos"), code=303)


def con_captcha(form: CodigoForm, status: int = 200, message: str = "") -> Response:
    """Very many codes are being tried from everywhere: nobody is refused, but robots are slowed."""
    fresh_captcha(form)
    form.digitos.errors = [message] if message else []
    return render("registro/codigo.html", "registro/_codigo.html", status=status, form=form, con_captcha=True)


@bp.post("/otra-imagen")
@public
def otra_imagen_codigo():
    """Another picture in step 1, where there is no JavaScript."""
    return con_captcha(CodigoForm())


@bp.get("/datos")
@public
def datos():
    """Step 2: the personal data, for a code that was just validated."""
    token = session.get("validado")
    if alta.leer(token) is None:
        return redirect(url_for(".codigo"), code=303)
    form = DatosForm(formdata=None, validado=token, municipio=current_app.config["MARCA_MUNICIPIO"])
    response = paso_dos(form)
    response.headers["HX-Push-Url"] = url_for(".datos")
    return response


def paso_dos(form: DatosForm, status: int = 200) -> Response:
    """Step 2 with a fresh captcha; what was typed stays, but for passwords and captcha."""
    fresh_captcha(form)
    return render("registro/datos.html", "registro/_datos.html", status=status, form=form, codigo=alta.leer(form.validado.data))


@bp.post("/datos")
@public
@limit("30 per hour")
def crear():
    """Create the account."""
    form = DatosForm()
    codigo = alta.leer(form.validado.data)
    if codigo is None:
        return validar_de_nuevo()
    if not acepta(form, codigo):
        return paso_dos(form, 422)
    return registrar(form, codigo)


def validar_de_nuevo():
    flash("Pasó mucho tiempo desde que validó el código. Valídelo de nuevo, por favor.", "aviso")
    return redirect(url_for(".codigo"), code=303)


def acepta(form: DatosForm, codigo: str) -> bool:
    """Whether all is right. The captcha is spent in any case; the bill is asked for only when the rest is well."""
    without_proof = not current_app.config["PRUEBA_FACTURA"]
    if without_proof:
        form.numero_factura.validators = ()
    answered = human(form)
    good = form.validate_on_submit()
    if not answered:
        form.reject("digitos", NO_CAPTCHA if form.digitos.data else SIN_CAPTCHA)
    elif good and not holds_bill(codigo, form.numero_factura.data, address()):
        form.reject("numero_factura", NO_PRUEBA)
    return not form.errors


def registrar(form: DatosForm, codigo: str) -> Response:
    try:
        alta.crear_cuenta(codigo, {name: form[name].data for name in ACCOUNT_FIELDS})
    except alta.CodigoTomadoError:
        session.pop("validado", None)
        flash(NO_SE_PUEDE, "error")
        return redirect(url_for(".codigo"), code=303)
    session.pop("validado", None)
    flash(CREADA, "exito")
    return redirect(url_for("acceso.formulario"), code=303)


@bp.post("/datos/otra-imagen")
@public
def otra_imagen():
    """Another picture without losing the form, where there is no JavaScript."""
    form = DatosForm()
    return paso_dos(form) if alta.leer(form.validado.data) else validar_de_nuevo()


@bp.get("/captcha")
@public
def otro_captcha():
    """Another picture, as a fragment."""
    if not is_htmx():
        return redirect(url_for(".codigo"), code=303)
    form = DatosForm(formdata=None)
    fresh_captcha(form)
    return render("_captcha.html", form=form, pagina="registro")


@bp.get("/captcha/<token>.png")
@public
def imagen(token: str):
    """The security code as a picture."""
    return Response(captcha.imagen(token), mimetype="image/png")


@bp.get("/captcha/<token>.wav")
@public
def sonido(token: str):
    """The security code read aloud in Spanish."""
    return Response(captcha.sonido(token), mimetype="audio/wav")
