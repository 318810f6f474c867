"""The sub-menu at the top of every page."""

from functools import lru_cache

from flask import g, has_request_context, request, url_for
from flask_login import current_user

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


@lru_cache(4)
def addresses(items: tuple, root: str) -> tuple:
    """The menu's addresses, which are the same at every request: building them is a tenth of a page's time."""
    return tuple((endpoint.partition(".")[0], endpoint, url_for(endpoint), label) for endpoint, label in items)


def menu() -> dict:
    """For every template: the entries as (address, label, is current), and who is signed in.

    Nothing in mails, and where the database fails.
    """
    if not has_request_context() or g.get("failing"):
        return {"menu": [], "cuenta": None}
    cuenta = current_user if current_user.is_authenticated else None
    here = request.endpoint or ""
    entries = addresses(SIGNED_IN if cuenta else SIGNED_OUT, request.script_root)
    feature = here.partition(".")[0]
    exact = {endpoint for _, endpoint, _, _ in entries}
    return {
        "menu": [
            (url, label, endpoint == here or (here not in exact and part == feature and part not in ("acceso", "inicio")))
            for part, endpoint, url, label in entries
        ],
        "cuenta": cuenta,
    }
