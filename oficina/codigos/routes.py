from flask import Blueprint, abort, current_app, flash, redirect, url_for
from flask_login import current_user
from peewee import IntegrityError

from .. import audit
from ..db import transactional, write
from ..limits import limit
from ..models import Asociacion, Cuenta, Entrega, Predio
from ..proof import holds_bill
from ..web import get_or_404, render
from .forms import CodigoForm

bp = Blueprint("codigos", __name__, url_prefix="/codigos")

NO_SE_PUEDE = (
    "No se puede asociar ese código. Revise que el código y el número de factura sean los de una factura reciente del predio. "
    "Si están bien escritos, es posible que el código ya esté en otra cuenta, como la de quien era titular antes: "
    "pida en la oficina de atención que lo liberen, con su documento y una factura."
)


def pagina(form: CodigoForm, status: int = 200, retirando: str | None = None):
    """The form and the table of codes; ``retirando`` is the one whose removal is to be confirmed."""
    if not current_app.config["PRUEBA_FACTURA"]:
        del form.numero_factura
    context = {"codigos": current_user.codigos(), "retirando": retirando, "actualizada": Entrega.ultima_fecha()}
    return render("codigos/codigos.html", "codigos/_codigos.html", status, form=form, **context)


@bp.get("")
def tabla():
    """The codes of the account, and the form to add one."""
    return pagina(CodigoForm(formdata=None))


@bp.post("")
@limit("20 per hour", key=lambda: str(current_user.id), name="asociar")
def ingresar():
    """Associate another code. A wrong one, a taken one and a wrong bill get the same answer."""
    form = CodigoForm()
    if not current_app.config["PRUEBA_FACTURA"]:
        form.numero_factura.validators = ()
    if not form.validate_on_submit():
        return pagina(form, 422)
    if not asociar(form.codigo.data, form.numero_factura.data):
        form.codigo.errors = [NO_SE_PUEDE]
        return pagina(form, 422)
    flash(f"El código {form.codigo.data} quedó asociado a su cuenta.", "exito")
    return redirect(url_for(".tabla"), code=303)


def asociar(codigo: str, numero: str | None) -> bool:
    """Take the code for this account, with its audit row; False where it does not exist, is taken or was not proved."""
    try:
        return holds_bill(codigo, numero, f"cuenta {current_user.id}") and tomar(current_user, codigo)
    except (IntegrityError, Predio.DoesNotExist):
        return False


@transactional
def tomar(cuenta: Cuenta, codigo: str) -> bool:
    cuenta.asociar(codigo)
    audit.record("codigo_asociado", cuenta.id, codigo)
    return True


@bp.get("/<codigo>/retiro")
def confirmar_retiro(codigo: str):
    """The table with the question whether to let this code go."""
    get_or_404(current_user.asociaciones(), Asociacion.predio == codigo, Asociacion.retirable())
    return pagina(CodigoForm(formdata=None), retirando=codigo)


@bp.post("/<codigo>/retiro")
def retirar(codigo: str):
    """Let a code go; the main one stays, and one whose holder changed until the systems area takes it away."""
    with write():
        if not current_user.retirar(codigo):
            abort(404)
        audit.record("codigo_retirado", current_user.id, codigo)
    flash(f"El código {codigo} ya no está en su cuenta.", "exito")
    return redirect(url_for(".tabla"), code=303)
