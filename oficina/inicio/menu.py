"""The sub-menu at the top of every page."""

from functools import lru_cache

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_login import current_user
from jinja2.environment import TemplateModule

SIGNED_OUT = (
    ("acceso.formulario", "Iniciar sesión"),
    ("acceso.olvido", "Olvidó su contraseña"),
    ("registro.codigo", "Regístrese"),
)
SIGNED_IN = (
    ("inicio.inicio", "Inicio"),
    ("datos.formulario", "Actualizar datos"),
    ("codigos.tabla", "Asociar códigos"),
    ("facturas.panel", "Factura"),
    ("pagos.realizados", "Pagos realizados"),
    ("mandamientos.lista", "Mandamiento de pago"),
    ("contrasena.formulario", "Contraseña"),
    ("acceso.confirmar_salida", "Salir"),
)


# After the mailed password only these open; nobody is asked where the base fails.
MENUS = {
    "nadie": SIGNED_OUT,
    "plena": SIGNED_IN,
    "temporal": tuple(entry for entry in SIGNED_IN if entry[0] in ("contrasena.formulario", "acceso.confirmar_salida")),
    "falla": (),
}


@lru_cache(128)
def entries(who: str, here: str, root: str) -> tuple[tuple[str, str, bool], ...]:
    """The menu as (address, label, is current), the same at every request for one page."""
    items = MENUS[who]
    feature = here.partition(".")[0]
    own_entry = here in dict(items) or feature in ("acceso", "inicio")
    return tuple((url_for(to), label, to == here or (not own_entry and to.startswith(f"{feature}."))) for to, label in items)


@lru_cache(128)
def header(app: Flask, who: str, here: str, root: str) -> TemplateModule:
    """The head of the page, rendered once: the same pieces again were a fifth of a page's time."""
    return app.jinja_env.get_template("_cabecera.html").make_module({"menu": entries(who, here, root)})


@lru_cache(4)
def footer(app: Flask, root: str) -> TemplateModule:
    """The foot of the page, rendered once."""
    return app.jinja_env.get_template("_pie.html").make_module()


def chrome() -> dict:
    """For every template: head and foot of the page, and who is signed in. Nothing in mails, nobody where the base fails."""
    if not has_request_context():
        return {}
    user = None if g.get("failing") else current_user._get_current_object()
    cuenta = user if user and user.is_authenticated else None
    who = cuenta.nivel if cuenta else "falla" if g.get("failing") else "nadie"
    app, root = current_app._get_current_object(), request.script_root  # type: ignore[attr-defined]
    return {"cabecera": header(app, who, request.endpoint or "", root), "pie": footer(app, root), "cuenta": cuenta}
