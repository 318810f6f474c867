"""Factura: the latest bill of each code, its PDF, and the way to pay it."""

from datetime import timedelta

import pytest
from fabrica import consultas, un_pago, un_predio, una_cuenta, una_factura

from oficina.formats import fecha, hoy
from oficina.models import PredioVersion

CODIGO, OTRO = "100200300", "100200301"
VER, PAGAR = "click aquí para ver la factura", "click aquí para pagar la factura"


def dentro_de(days: int):
    return hoy() + timedelta(days=days)


@pytest.fixture
def rosa(navegador):
    cuenta = una_cuenta(codigos=[CODIGO])
    navegador.ya_dentro(cuenta)
    return cuenta


@pytest.fixture
def rosa_con_dos(navegador):
    un_predio(OTRO, direccion="KR 5 12 40")
    cuenta = una_cuenta(codigos=[CODIGO, OTRO])
    navegador.ya_dentro(cuenta)
    return cuenta


def datos(page) -> dict[str, str]:
    names, values = page.select("#_panel dt"), page.select("#_panel dd")
    return {name.text: " ".join(value.text.split()) for name, value in zip(names, values, strict=True)}


def estado(navegador) -> str:
    return navegador.abre("/facturas").lee("#_panel .estado")


# -- the panel ----------------------------------------------------------------------------------------


def test_the_panel_tells_month_due_date_number_and_value(navegador, rosa):
    una_factura(CODIGO, numero="FV-20461", periodo="2026-11", vence=dentro_de(9), total=84_350_50, suspension=dentro_de(16))
    page = navegador.abre("/facturas")
    assert datos(page) == {
        "Mes": "noviembre de 2026",
        "Fecha de vencimiento": f"{fecha(dentro_de(9))} Faltan 9 días",
        "Número de factura": "FV-20461",
        "Suspensión del servicio desde": fecha(dentro_de(16)),
    }
    assert page.lee(".valor") == "Valor $ 84.350,50"
    assert [link.strong.text for link in page.select("#_panel a.accion")] == [VER, PAGAR]
    see, pay = page.select("#_panel a.accion")
    assert (see["href"], see["target"], pay["href"]) == (
        "/facturas/factura-FV-20461.pdf",
        "factura",
        "/facturas/FV-20461/pago",
    )
    assert all(link.select_one("svg use") for link in (see, pay))


@pytest.mark.parametrize(("due", "state"), [(1, "Por pagar"), (0, "Por pagar"), (-1, "Vencida")])
def test_a_bill_is_overdue_from_the_day_after_its_due_date(navegador, rosa, due, state):
    una_factura(CODIGO, vence=dentro_de(due))
    assert estado(navegador) == state


@pytest.mark.parametrize("due", [5, -5])
def test_a_bill_that_was_paid_has_nothing_to_pay(navegador, rosa, due):
    una_factura(CODIGO, numero="F1", vence=dentro_de(due))
    un_pago(CODIGO, factura="F1")
    assert estado(navegador) == "Pagada"
    assert [link.strong.text for link in navegador.pagina.select("#_panel a.accion")] == [VER]
    assert "Suspensión" not in navegador.pagina.texto


@pytest.mark.parametrize("total", [0, -12_000_00])
def test_a_bill_with_a_balance_in_favour_has_nothing_to_pay(navegador, rosa, total):
    una_factura(CODIGO, total=total)
    assert estado(navegador) == "Pagada"
    assert "no tiene valor por pagar" in navegador.pagina.texto


def test_a_partial_payment_leaves_the_rest(navegador, rosa):
    una_factura(CODIGO, numero="F1", vence=dentro_de(5))
    un_pago(CODIGO, factura="F1", valor=50_000_00)
    un_pago(CODIGO, factura="F1", valor=10_000_00)
    assert estado(navegador) == "Por pagar"
    shown = datos(navegador.pagina)
    assert navegador.pagina.lee(".valor") == "Valor $ 84.350"
    assert (shown["Abonado"], shown["Falta por pagar"]) == ("$ 60.000", "$ 24.350")
    assert navegador.abre("/facturas/F1/pago").lee(".valor") == "$ 24.350"


def test_a_payment_of_an_older_bill_made_before_this_one_does_not_count(navegador, rosa):
    una_factura(CODIGO, numero="F1", vence=dentro_de(5), expedida=dentro_de(-10))
    un_pago(CODIGO, factura="F0", fecha=dentro_de(-11))
    un_pago(OTRO, factura="F9", fecha=dentro_de(-1))
    assert "Abonado" not in datos(navegador.abre("/facturas"))


def test_a_code_without_bills_says_so(navegador, rosa):
    assert estado(navegador) == "Sin factura todavía"
    assert CODIGO in navegador.pagina.texto
    assert not navegador.pagina.select("#_panel a")


def test_an_account_without_codes_is_told_what_to_do(navegador):
    navegador.ya_dentro(una_cuenta())
    assert navegador.abre("/facturas").select('#_panel a[href="/codigos"]')


def test_the_latest_is_the_last_issued_not_the_last_month(navegador, rosa):
    una_factura(CODIGO, numero="F1", periodo="2026-12", expedida="2026-11-16")
    una_factura(CODIGO, numero="F2", periodo="2026-10", expedida="2026-11-17")
    una_factura(CODIGO, numero="F3", periodo="2026-09", expedida="2026-11-17")
    assert datos(navegador.abre("/facturas"))["Número de factura"] == "F3"


def test_what_was_delivered_is_shown_as_text(navegador, rosa):
    PredioVersion.update(direccion='<b>CL 1</b> & "2"').execute()
    assert '<b>CL 1</b> & "2"' in navegador.abre("/facturas").texto


# -- the selector -------------------------------------------------------------------------------------


def test_with_one_code_there_is_nothing_to_select(navegador, rosa):
    una_factura(CODIGO)
    assert not navegador.abre("/facturas").select("select")


def test_the_selector_begins_with_the_main_code(navegador, rosa_con_dos):
    una_factura(CODIGO, numero="F1")
    una_factura(OTRO, numero="F2")
    page = navegador.abre("/facturas")
    assert [option["value"] for option in page.select("option")] == [CODIGO, OTRO]
    assert (page.valor("codigo"), datos(page)["Número de factura"]) == (CODIGO, "F1")
    page = navegador.envia("/facturas", codigo=OTRO)
    assert (page.valor("codigo"), datos(page)["Número de factura"]) == (OTRO, "F2")
    assert "KR 5 12 40" in page.lee("#_panel")


def test_choosing_a_code_changes_only_the_panel(navegador, rosa_con_dos):
    una_factura(CODIGO)
    una_factura(OTRO, vence=dentro_de(-1))
    navegador.abre("/facturas")
    answer = navegador.htmx("GET", "/facturas", "_panel", codigo=OTRO)
    assert "HX-Request" in answer.cabeceras["Vary"]
    assert "<html" not in answer.html
    navegador.igual_que_fresca(answer, f"/facturas?codigo={OTRO}")


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_the_back_button_gets_the_whole_page(navegador, rosa_con_dos, header):
    response = navegador.pide("GET", "/facturas", headers={"HX-Request": "true", header: "true"})
    assert response.text.startswith("<!doctype html>")


@pytest.mark.parametrize("codigo", ["200200200", "999", "' OR 1=1 --"])
def test_the_code_of_another_is_not_found(navegador, rosa_con_dos, codigo):
    una_cuenta("tomas@correo.example", codigos=["200200200"])
    una_factura("200200200", numero="AJENA")
    assert "AJENA" not in navegador.abre(f"/facturas?codigo={codigo}", 404).texto
    navegador.abre("/facturas")
    answer = navegador.htmx("GET", "/facturas", "_panel", 404, codigo=codigo)
    assert answer.cabeceras["HX-Retarget"] == "#_avisos"


# -- the PDF ------------------------------------------------------------------------------------------


def test_the_pdf_opens_in_the_browser_under_its_own_name(navegador, rosa):
    una_factura(CODIGO, numero="FV-20461")
    response = navegador.pide("GET", "/facturas/factura-FV-20461.pdf")
    assert response.data.startswith(b"%PDF-")
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == "inline; filename=factura-FV-20461.pdf"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_bill_of_another_is_not_found(navegador, rosa):
    una_factura("200200200", numero="AJENA")
    navegador.abre("/facturas/factura-AJENA.pdf", 404)
    navegador.abre("/facturas/AJENA/pago", 404)
    navegador.abre("/facturas/factura-NADIE.pdf", 404)


# -- paying -------------------------------------------------------------------------------------------


@pytest.mark.ajustes(PAGO_URL="https://pagos.otra.example/entrar?x=1", PAGO_NOMBRE="Pagos Otra")
def test_before_paying_the_customer_sees_what_and_where(navegador, rosa):
    una_factura(CODIGO, numero="F1", vence=dentro_de(5), referencia="0000000461")
    page = navegador.abre("/facturas/F1/pago")
    assert (page.h1, page.lee(".valor")) == ("Pagar la factura", "$ 84.350")
    assert (page.select("#codigo")[0]["value"], page.select("#referencia")[0]["value"]) == (CODIGO, "0000000461")
    (link,) = page.select("a.accion-principal")
    assert link["href"] == "https://pagos.otra.example/entrar?x=1"
    assert {"noopener", "noreferrer"} <= set(link["rel"])
    assert "Pagos Otra" in page.texto
    assert "pagos.otra.example" in page.lee(".nota strong")


@pytest.mark.parametrize("why", ["paid", "replaced"])
def test_a_bill_with_nothing_to_pay_leads_back_to_the_latest(navegador, rosa, why):
    una_factura(CODIGO, numero="F1", expedida="2026-10-16")
    if why == "paid":
        un_pago(CODIGO, factura="F1")
    else:
        una_factura(CODIGO, numero="F2", expedida="2026-11-16")
    page = navegador.abre("/facturas/F1/pago")
    assert page.url == f"/facturas?codigo={CODIGO}"
    assert "Esa factura no tiene nada por pagar, o ya hay una más reciente." in page.avisos


# -- cost ---------------------------------------------------------------------------------------------

PAGES = (
    *("/", "/inicio", "/datos", "/datos/correo", "/codigos", "/facturas", "/facturas/F1/pago", "/pagos", "/mandamientos"),
    *("/contrasena", "/salir", "/facturas/F1", "/facturas/anteriores", "/facturas/F1/vencimiento.ics"),
)


def test_no_page_asks_the_base_more_than_six_times_however_many_codes(navegador):
    codes = [f"40{n}" for n in range(12)]
    navegador.ya_dentro(una_cuenta(codigos=codes))
    for codigo in codes:
        un_pago(codigo, fecha="2026-10-01")
    una_factura(codes[0], numero="F0", expedida="2026-10-16")
    una_factura(codes[0], numero="F1", vence=dentro_de(5))
    for address in PAGES:
        with consultas() as statements:
            assert navegador.pide("GET", address).status_code == 200
        assert 0 < len(statements) <= 6 or address == "/", f"{address}: {statements}"
