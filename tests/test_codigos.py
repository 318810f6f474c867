"""Asociar códigos: the customer adds the codes of other properties, and lets them go again."""

import pytest
from fabrica import a_la_vez, un_predio, una_cuenta, una_factura
from paginas import igual

from oficina.codigos.routes import NO_SE_PUEDE
from oficina.models import Asociacion, Bitacora

PRINCIPAL, OTRO = "100200300", "100200301"


@pytest.fixture
def rosa(navegador):
    cuenta = una_cuenta(codigos=[PRINCIPAL])
    una_factura(OTRO, numero="FV0099")
    navegador.ya_dentro(cuenta)
    navegador.abre("/codigos")
    return cuenta


def asocia(navegador, estado=200, codigo=OTRO, numero="FV0099"):
    return navegador.envia("/codigos", "Ingresar", estado, codigo=codigo, numero_factura=numero)


def tabla(page) -> list[str]:
    return [row.th.text for row in page.select("table tbody tr")]


def test_a_code_proved_with_a_bill_joins_the_table(navegador, rosa):
    page = asocia(navegador, codigo=" 100.200-301 ", numero="fv-00 99")
    assert page.avisos == f"El código {OTRO} quedó asociado a su cuenta."
    assert tabla(page) == [PRINCIPAL, OTRO]
    assert (page.valor("codigo"), page.valor("numero_factura")) == ("", "")
    row = Bitacora.select().order_by(Bitacora.id.desc()).get()
    assert (row.evento, row.codigo, row.cuenta_id) == ("codigo_asociado", OTRO, rosa.id)


def test_with_htmx_only_the_table_changes_and_it_is_that_of_the_page(navegador, rosa):
    answer = navegador.htmx("POST", "/codigos", "_codigos", codigo=OTRO, numero_factura="FV0099")
    notice = answer.soup.select_one("#_avisos[hx-swap-oob]")
    assert f"El código {OTRO} quedó asociado" in notice.text
    navegador.igual_que_fresca(answer, "/codigos")


def test_a_wrong_code_a_taken_one_and_a_wrong_bill_get_the_same_answer(navegador, rosa):
    una_cuenta("tomas@correo.example", codigos=["200200200"])
    una_factura("200200200", numero="FV0100")
    un_predio("300300300")
    said = []
    for codigo, numero in (("999", "FV0099"), ("200200200", "FV0100"), (OTRO, "FV0100"), (PRINCIPAL, "X"), ("300300300", "0")):
        page = asocia(navegador, 422, codigo, numero)
        assert (page.valor("codigo"), page.valor("numero_factura")) == (codigo, numero)
        said.append(page.lee("#codigo-error"))
    assert set(said) == {f"Error: {NO_SE_PUEDE}"}
    assert Asociacion.select().count() == 2


def test_the_answer_to_a_wrong_one_is_the_same_with_htmx(navegador, rosa):
    answer = navegador.htmx("POST", "/codigos", "_codigos", 422, codigo="999", numero_factura="X")
    igual(answer.pagina, asocia(navegador, 422, "999", "X").soup)


@pytest.mark.parametrize(
    ("codigo", "numero", "field", "message"),
    [
        ("", "FV0099", "codigo", "Escriba el código de usuario del otro predio."),
        (OTRO, "", "numero_factura", "Escriba el número de una de las últimas facturas del predio."),
        ("9" * 41, "FV0099", "codigo", "40 caracteres"),
    ],
)
def test_what_is_missing_is_told(navegador, rosa, codigo, numero, field, message):
    page = asocia(navegador, 422, codigo, numero)
    assert message in page.lee(f"#{field}-error")


@pytest.mark.ajustes(PRUEBA_FACTURA=False)
def test_where_no_proof_is_asked_for_the_code_is_enough(navegador, rosa):
    assert not navegador.pagina.select("#numero_factura")
    assert "quedó asociado" in navegador.envia("/codigos", codigo=OTRO).avisos


@pytest.mark.ajustes(LIMITES=True)
def test_five_wrong_bills_a_day_for_a_code_and_the_holder_of_the_bill_still_gets_it(navegador, rosa):
    for _ in range(5):
        asocia(navegador, 422, numero="X")
    assert NO_SE_PUEDE in asocia(navegador, 422).texto
    other = navegador.otro()
    other.ya_dentro(una_cuenta("tomas@correo.example", codigos=["200200200"]))
    other.abre("/codigos")
    assert NO_SE_PUEDE not in asocia(other).texto


@pytest.mark.ajustes(LIMITES=True)
def test_an_account_cannot_try_codes_for_ever(navegador, rosa):
    data = {"csrf_token": navegador.pagina.valor("csrf_token"), "codigo": "9", "numero_factura": "9"}
    answers = [navegador.pide("POST", "/codigos", data=data).status_code for _ in range(21)]
    assert answers == [422] * 20 + [429]


# -- letting go ---------------------------------------------------------------------------------------


def test_a_code_is_let_go_after_a_question(navegador, rosa):
    asocia(navegador)
    page = navegador.abre(f"/codigos/{OTRO}/retiro")
    assert f"¿Retirar el código {OTRO} de su cuenta?" in page.texto
    assert Asociacion.select().count() == 2
    page = navegador.envia(f"/codigos/{OTRO}/retiro", "Sí, retirar")
    assert page.avisos == f"El código {OTRO} ya no está en su cuenta."
    assert tabla(page) == [PRINCIPAL]
    assert Bitacora.select().order_by(Bitacora.id.desc()).get().evento == "codigo_retirado"
    other = navegador.otro()
    other.ya_dentro(una_cuenta("tomas@correo.example", codigos=["200200200"]))
    other.abre("/codigos")
    assert tabla(asocia(other)) == ["200200200", OTRO]


def test_with_htmx_the_question_and_its_answers_stay_in_the_table(navegador, rosa):
    asocia(navegador)
    navegador.abre("/codigos")
    question = navegador.htmx("GET", f"/codigos/{OTRO}/retiro", "_codigos")
    navegador.igual_que_fresca(question, f"/codigos/{OTRO}/retiro")
    kept = navegador.htmx("GET", "/codigos", "_codigos")
    navegador.igual_que_fresca(kept, "/codigos")
    gone = navegador.htmx("POST", f"/codigos/{OTRO}/retiro", "_codigos")
    assert "ya no está en su cuenta" in gone.soup.select_one("#_avisos[hx-swap-oob]").text
    navegador.igual_que_fresca(gone, "/codigos")


@pytest.mark.ajustes(SISTEMAS_CORREO="sistemas@otra.example")
def test_the_main_code_has_a_note_in_place_of_a_button(navegador, rosa):
    page = asocia(navegador)
    main, other = page.select("table tbody tr")
    assert "Código principal" in main.text
    assert not main.select("a, button")
    assert [link["href"] for link in other.select("a")] == [f"/codigos/{OTRO}/retiro"]
    assert "si desea retirar el código principal, escriba al área de sistemas: sistemas@otra.example" in page.texto


@pytest.mark.parametrize("codigo", [PRINCIPAL, "200200200", "999", "%"])
def test_the_main_code_and_those_of_others_cannot_be_let_go(navegador, rosa, codigo):
    una_cuenta("tomas@correo.example", codigos=["200200201", "200200200"])
    navegador.abre(f"/codigos/{codigo}/retiro", 404)
    navegador.abre("/codigos")
    data = {"csrf_token": navegador.pagina.valor("csrf_token")}
    assert navegador.pide("POST", f"/codigos/{codigo}/retiro", data=data).status_code == 404
    assert navegador.htmx("POST", f"/codigos/{codigo}/retiro", "_codigos", 404).cabeceras["HX-Retarget"] == "#_avisos"
    assert Asociacion.select().count() == 3


def test_what_is_let_go_is_seen_no_more(navegador, rosa):
    asocia(navegador)
    assert navegador.pide("GET", "/facturas/factura-FV0099.pdf").status_code == 200
    navegador.abre(f"/codigos/{OTRO}/retiro")
    navegador.envia(f"/codigos/{OTRO}/retiro", "Sí, retirar")
    navegador.abre(f"/facturas?codigo={OTRO}", 404)
    navegador.abre("/facturas/factura-FV0099.pdf", 404)
    navegador.abre("/facturas/FV0099/pago", 404)


# -- at once ------------------------------------------------------------------------------------------


def test_of_several_accounts_that_take_one_code_at_once_one_gets_it(navegador, rosa):
    browsers = []
    for n in range(4):
        browser = navegador.otro()
        browser.ya_dentro(una_cuenta(f"p{n}@correo.example", codigos=[f"30{n}"]))
        browser.abre("/codigos")
        browsers.append(browser)
    pages = a_la_vez(*(lambda browser=browser: asocia(browser, None) for browser in browsers))
    assert sorted(page.estado for page in pages) == [200, 422, 422, 422]
    assert all(NO_SE_PUEDE in page.texto for page in pages if page.estado == 422)
    assert Asociacion.select().where(Asociacion.predio == OTRO).count() == 1
    assert Bitacora.select().where(Bitacora.evento == "codigo_asociado").count() == 1


def test_pressing_twice_associates_once(navegador, rosa):
    twin = navegador.otro()
    twin.ya_dentro(rosa)
    twin.abre("/codigos")
    pages = a_la_vez(lambda: asocia(navegador, None), lambda: asocia(twin, None))
    assert sorted(page.estado for page in pages) == [200, 422]
    assert Asociacion.select().where(Asociacion.principal == 1).count() == 1
