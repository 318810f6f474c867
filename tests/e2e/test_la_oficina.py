"""The office of a customer: way in, menu, data, processes, password and way out (M1, M2, M10 to M12, M20 to M22)."""

import fabrica
import pytest
from fabrica import CLAVE
from gestos import CLAVE_NUEVA, aviso, como_en_produccion, enlace, llena, oprime, reclamo, titulo, va
from playwright.sync_api import expect

pytestmark = como_en_produccion
MENU = [
    "Inicio",
    "Actualizar datos",
    "Asociar códigos",
    "Factura",
    "Pagos realizados",
    "Mandamiento de pago",
    "Contraseña",
    "Salir",
]
AFUERA = ["Iniciar sesión", "Olvidó su contraseña", "Regístrese"]


@pytest.fixture
def rosa(app):
    fabrica.una_factura("1001")
    return fabrica.una_cuenta(codigos=["1001"])


def ingresa(page, cuenta, clave: str = CLAVE) -> None:
    llena(page, correo=cuenta.correo, clave=clave)
    oprime(page, "Iniciar sesión")


@pytest.mark.parametrize(
    ("opcion", "llega", "direccion"),
    [
        ("Actualizar sus datos", "Actualizar datos", "/datos"),
        ("Consultar y pagar sus facturas", "Factura", "/facturas"),
    ],
)
def test_each_link_of_the_home_page_asks_to_sign_in_and_then_arrives(pagina, rosa, opcion, llega, direccion):
    pagina.goto("/")
    assert pagina.get_by_role("navigation").get_by_role("link").all_inner_texts() == AFUERA
    pagina.get_by_role("link", name=opcion).click()
    titulo(pagina, "Iniciar sesión")
    ingresa(pagina, rosa, "otra clave cualquiera")
    reclamo(pagina, "El correo o la contraseña no coinciden")
    expect(pagina.locator("[name=correo]")).to_have_value(rosa.correo)
    ingresa(pagina, rosa)
    titulo(pagina, llega)
    expect(pagina).to_have_url(direccion)


def test_an_address_linked_from_the_site_of_the_utility_arrives_after_signing_in(pagina, rosa):
    for direccion in ("/mandamientos", "/facturas?codigo=1001"):
        pagina.context.clear_cookies()
        pagina.goto(direccion)
        titulo(pagina, "Iniciar sesión")
        ingresa(pagina, rosa)
        expect(pagina).to_have_url(direccion)


def test_the_menu_has_every_option_in_the_order_of_the_manual(pagina, entra, rosa):
    entra(pagina, rosa)
    for option in MENU:
        va(pagina, option)
        titulo(pagina, option)
        assert pagina.locator("nav [aria-current=page]").all_text_contents() == [option]
    assert pagina.locator("nav li").all_text_contents() == MENU
    pagina.set_viewport_size({"width": 1280, "height": 800})
    expect(pagina.locator("nav summary")).to_be_hidden()
    assert pagina.get_by_role("navigation").get_by_role("link").all_inner_texts() == MENU


def test_inicio_says_what_each_option_is_for(pagina, entra, rosa):
    entra(pagina, rosa)
    cards = [card.split("\n") for card in pagina.locator("main .accion").all_inner_texts()]
    assert sorted(card[0] for card in cards) == sorted(MENU[1:])
    assert all(len(card) == 2 for card in cards)


def test_actualizar_datos_saves_what_is_right_and_says_what_is_wrong(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Actualizar datos")
    expect(pagina.locator("[name=apellidos]")).to_have_value("García Peña")
    llena(pagina, celular="12", apellidos="Ruiz")
    oprime(pagina, "Actualizar")
    reclamo(pagina, "El celular tiene 10 números")
    expect(pagina.locator("[name=apellidos]")).to_have_value("Ruiz")
    llena(pagina, celular="320 555 0199", direccion="Calle 1 n.º 2-3")
    pagina.check("[name=factura_por_correo]")
    oprime(pagina, "Actualizar")
    aviso(pagina, "Sus datos quedaron actualizados")
    pagina.reload()
    expect(pagina.locator("#_avisos")).to_be_empty()
    for name, value in {"apellidos": "Ruiz", "celular": "3205550199", "direccion": "Calle 1 n.º 2-3"}.items():
        expect(pagina.locator(f"[name={name}]")).to_have_value(value)
    expect(pagina.locator("[name=factura_por_correo]")).to_be_checked()


def test_the_address_changes_when_the_new_one_confirms(pagina, entra, rosa, correo):
    entra(pagina, rosa)
    va(pagina, "Actualizar datos")
    pagina.get_by_role("link", name="Cambiar el correo electrónico").click()
    titulo(pagina, "Cambiar el correo electrónico")
    llena(pagina, correo="nueva@correo.example", correo2="nueva@correo.example", clave=CLAVE)
    oprime(pagina, "Enviar enlace de confirmación")
    aviso(pagina, "Le enviamos un correo a la dirección nueva")
    letters = {letter["To"]: letter for letter in correo()}
    assert set(letters) == {rosa.correo, "nueva@correo.example"}
    pagina.goto(enlace(letters["nueva@correo.example"]))
    titulo(pagina, "Confirmar el correo nuevo")
    oprime(pagina, "Confirmar el correo nuevo")
    aviso(pagina, "Su correo quedó cambiado")
    llena(pagina, correo="nueva@correo.example", clave=CLAVE)
    oprime(pagina, "Iniciar sesión")
    titulo(pagina, "Inicio")


def test_mandamiento_tells_whether_a_collection_was_begun(pagina, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Mandamiento de pago")
    expect(pagina.get_by_role("heading", name="No registra mandamiento de pago")).to_be_visible()
    fabrica.un_mandamiento("1001", estado="acuerdo")
    pagina.reload()
    expect(pagina.get_by_role("heading", name="Acuerdo de pago")).to_be_visible()
    expect(pagina.get_by_role("main")).to_contain_text("Código 1001")
    expect(pagina.get_by_role("main")).to_contain_text("$\u00a0690.700")


def test_a_new_password_ends_the_session_of_the_other_browser(pagina, escritorio, entra, rosa, correo):
    for page in (pagina, escritorio):
        entra(page, rosa)
    va(pagina, "Contraseña")
    llena(pagina, anterior="no es esta clave", clave=CLAVE_NUEVA, clave2=CLAVE_NUEVA)
    oprime(pagina, "Actualizar")
    reclamo(pagina, "Esa no es su contraseña anterior")
    llena(pagina, anterior=CLAVE, clave=CLAVE_NUEVA, clave2=CLAVE_NUEVA)
    pagina.get_by_role("button", name="Mostrar lo escrito en Contraseña nueva", exact=True).click()
    expect(pagina.locator("[name=clave]")).to_have_attribute("type", "text")
    oprime(pagina, "Actualizar")
    aviso(pagina, "Su contraseña quedó cambiada")
    assert [letter["Subject"] for letter in correo()] == ["Su contraseña cambió"]
    va(escritorio, "Pagos realizados")
    titulo(escritorio, "Iniciar sesión")
    aviso(escritorio, "Su sesión terminó por seguridad")
    ingresa(escritorio, rosa)
    reclamo(escritorio, "no coinciden")
    ingresa(escritorio, rosa, CLAVE_NUEVA)
    titulo(escritorio, "Pagos realizados")


def test_after_salir_nobody_sees_the_customer_with_the_back_button_or_a_copied_cookie(pagina, abre_navegador, entra, rosa):
    entra(pagina, rosa)
    va(pagina, "Actualizar datos")
    copied = pagina.context.cookies()
    va(pagina, "Salir")
    pagina.get_by_text("No, seguir aquí").click()
    titulo(pagina, "Inicio")
    va(pagina, "Salir")
    oprime(pagina, "Sí, salir")
    titulo(pagina, "Iniciar sesión")
    aviso(pagina, "Su sesión terminó")
    for _ in range(4):
        pagina.go_back()
        titulo(pagina, "Iniciar sesión")
        assert "Rosa" not in pagina.content()

    thief = abre_navegador()
    thief.context.add_cookies(copied)
    thief.goto("/datos")
    titulo(thief, "Iniciar sesión")
    assert "Rosa" not in thief.content()


def test_what_goes_to_another_page_says_that_it_is_a_link(pagina, entra, rosa):
    """A link that says it is a button would have to answer to the space bar, which none does without JavaScript."""
    entra(pagina, rosa)
    va(pagina, "Salir")
    expect(pagina.get_by_role("button", name="No, seguir aquí")).to_have_count(0)
    pagina.get_by_role("link", name="No, seguir aquí").press("Enter")
    expect(pagina).to_have_url("/inicio")
