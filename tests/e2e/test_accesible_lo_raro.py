"""What a customer seldom sees can be read and used by everybody too: mailed links, errors, temporary password."""

import fabrica
from gestos import aviso, como_en_produccion, ingresa, oprime, titulo

from oficina import access, confirmation, errors
from oficina.models import CambioCorreo, ClaveTemporal

pytestmark = como_en_produccion


def enlaces_de_correo(page):
    cuenta = fabrica.una_cuenta("eva@correo.example", correo_confirmado=None)
    page.goto(f"/confirmacion/{confirmation.token_for(cuenta)}")
    titulo(page, "Confirmar su correo")
    yield "mailed link: confirm"
    page.goto(f"/datos/correo/confirmacion/{CambioCorreo.pedir(cuenta.id, 'otra@correo.example')}")
    titulo(page, "Confirmar el correo nuevo")
    yield "mailed link: change of address"


def errores(page, app):
    page.goto("/no-existe")
    titulo(page, "No encontramos esa página")
    yield "404"
    page.goto("/olvido")
    page.eval_on_selector("main [name=csrf_token]", "input => { input.value = 'x'; }")
    oprime(page, "Enviar contraseña temporal")
    titulo(page, "La página llevaba mucho tiempo abierta")
    yield "400"
    # What a good day does not show, as the handler answers it.
    for code in (429, 500, 503):
        with app.test_request_context("/"):
            answer = {"body": errors.page(code).get_data(), "headers": {"Content-Type": "text/html", **access.HEADERS}}
        page.route("**/falla", lambda route, _, answer=answer: route.fulfill(**answer), times=1)
        page.goto("/falla")
        titulo(page, errors.TEXTS[code][0])
        yield str(code)


def test_mailed_links_are_accessible(repasa, app):
    repasa(enlaces_de_correo)


def test_errors_are_accessible(repasa, app):
    repasa(errores, app)


def temporal(page, cuenta, clave: str):
    page.context.clear_cookies()
    ingresa(page, cuenta, clave)
    titulo(page, "Contraseña")
    yield "temporary password"
    page.goto("/facturas")
    aviso(page, "cambie la contraseña temporal")
    yield "temporary password, another page"
    page.goto("/salir")
    yield "temporary password, way out"


def test_who_comes_with_a_temporary_password_finds_it_accessible(repasa, app):
    cuenta = fabrica.una_cuenta()
    repasa(temporal, cuenta, ClaveTemporal.crear(cuenta.id, 60))
