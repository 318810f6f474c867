"""One handler for every error: a page in the look of the office that says what to do next."""

import logging

from flask import Flask, Response, g, make_response, render_template, request, url_for
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from peewee import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from .cache import BusyError
from .captcha import CaptchaError
from .documentos import RenderError
from .web import is_htmx

logger = logging.getLogger(__name__)

TEXTS = {
    400: (
        "No entendimos la solicitud",
        "La página llegó incompleta o llevaba mucho tiempo abierta.",
        ["Vuelva a la página anterior, recárguela e intente de nuevo."],
    ),
    403: (
        "No se puede hacer desde aquí",
        "La solicitud vino de otro sitio.",
        ["Entre a la oficina y hágalo desde allí."],
    ),
    404: (
        "No encontramos esa página",
        "La dirección está mal escrita, la página cambió de lugar o no corresponde a su cuenta.",
        ["Revise la dirección.", "Vaya al inicio y busque desde allí."],
    ),
    405: (
        "Esa página no se abre así",
        "La dirección existe, pero espera un formulario.",
        ["Vaya al inicio y busque desde allí."],
    ),
    413: ("Lo que envió es demasiado grande", "El formulario pasa del tamaño permitido.", ["Escriba textos más cortos."]),
    422: ("Hay datos por corregir", "Algún dato no se puede procesar.", ["Vuelva a la página anterior y revise los datos."]),
    429: (
        "Demasiados intentos",
        "Por seguridad hay un límite de intentos seguidos.",
        [
            "Espere un tiempo e intente de nuevo; para algunas cosas el límite es de una hora o de un día.",
            "Si necesita ayuda ahora, llámenos.",
        ],
    ),
    500: (
        "Algo falló de nuestro lado",
        "No pudimos terminar lo que pidió. Lo que usted ya había guardado está a salvo.",
        ["Intente de nuevo en unos minutos.", "Si sigue fallando, llámenos."],
    ),
    503: (
        "La oficina virtual está ocupada",
        "En este momento no podemos atender su solicitud.",
        ["Espere un momento e intente de nuevo."],
    ),
}
RETRY_SECONDS = 30
# Forms whose page has the address they are sent to: there it can be filled in again.
FORMS_AT_THEIR_ADDRESS = {
    *("acceso.ingresar", "acceso.pedir_clave", "acceso.salir", "registro.validar", "registro.crear", "datos.actualizar"),
    *("datos.cambiar_correo", "codigos.ingresar", "contrasena.cambiar", "verificacion.verificar"),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, expired_form)
    app.register_error_handler(SecurityError, unknown_host)
    app.register_error_handler(HTTPException, lambda error: page(error.code or 500, error))
    for busy in (OperationalError, InterfaceError, RenderError, BusyError):
        app.register_error_handler(busy, unavailable)
    app.register_error_handler(CaptchaError, lambda error: page(404))
    app.register_error_handler(Exception, unexpected)


def page(code: int, error: HTTPException | None = None) -> Response:
    """The page of an HTTP error; under htmx, a notice in the place of notices."""
    if error is not None and error.response is not None:
        return error.response  # type: ignore[return-value]
    # The page of a failing base must not ask the base who is signed in.
    g.failing = code >= 500
    title, text, steps = TEXTS.get(code, TEXTS[400] if code < 500 else TEXTS[500])
    if is_htmx():
        response = make_response(render_template("_avisos.html", oob=False, aviso_de_error=f"{title}. {' '.join(steps)}"), code)
        response.headers |= {"HX-Retarget": "#_avisos", "HX-Reswap": "outerHTML"}
    else:
        response = make_response(
            render_template(
                "errores/pagina.html", codigo=code, titulo=title, explicacion=text, que_hacer=steps, enlaces=links(code)
            ),
            code,
        )
    if isinstance(error, HTTPException):
        for name, value in error.get_headers(request.environ):
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
    if code == 429 and isinstance(error, RateLimitExceeded):
        response.headers["Retry-After"] = str(error.limit.limit.get_expiry())
    if code == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def links(code: int) -> list[tuple[str, str]]:
    """Where to go from an error: first the same page again, where it may open the next time."""
    again = code == 503 and request.method == "GET" and request.endpoint
    same = [(request.full_path.removesuffix("?"), "Intentar de nuevo")] if again else []
    return [*same, (url_for("inicio.portada"), "Ir al inicio")]


def expired_form(error: CSRFError) -> Response:
    """A form whose session is over: nothing was done, and the page says where to fill it in again."""
    response = page(400, error)
    if not is_htmx() and request.endpoint in FORMS_AT_THEIR_ADDRESS:
        context = {
            "codigo": 400,
            "titulo": "La página llevaba mucho tiempo abierta",
            "explicacion": "Por seguridad no hicimos nada con lo que envió.",
            "que_hacer": ["Abra el formulario de nuevo y envíelo otra vez."],
            "enlaces": [(request.path, "Abrir el formulario de nuevo"), *links(400)],
        }
        response.set_data(render_template("errores/pagina.html", **context))
    return response


def unknown_host(error: SecurityError) -> Response:
    """The Host header is not ours. Plain text, for no address of ours can be built from it."""
    return Response("Esta dirección no es la de la Oficina Virtual.\n", 400, mimetype="text/plain")


def unavailable(error: Exception) -> Response:
    logger.error("sin servicio: %s", error)
    return page(503)


def unexpected(error: Exception) -> Response:
    # Not the path: that of a payment's page is its key.
    logger.exception("error no previsto en %s", request.url_rule)
    return page(500)
