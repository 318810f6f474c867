"""Factura: the latest bill of each code, its PDF, and the way to pay it."""

from datetime import timedelta

import pytest
from fabrica import consultas, pago_en_linea, un_intento, un_pago, un_predio, una_cuenta, una_entrega, una_factura

from oficina.db import utcnow
from oficina.documentos import verificacion
from oficina.formats import fecha, hoy
from oficina.models import Asociacion, ConceptoVersion, FacturaVersion, Movimiento, PredioVersion

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
    }
    assert f"Suspensión del servicio desde: {fecha(dentro_de(16))}" in page.texto
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


@pytest.mark.parametrize("page", ["/facturas", "/facturas/detalle/F1"])
@pytest.mark.parametrize(
    ("total", "said"),
    [(0, "No debe pagar esta factura."), (-16_570_00, "Tiene un saldo a su favor de $ 16.570 : no debe pagar esta factura.")],
)
def test_a_bill_with_a_balance_in_favour_has_nothing_to_pay(navegador, rosa, total, said, page):
    una_factura(CODIGO, numero="F1", total=total)
    page = navegador.abre(page)
    assert page.lee("main .estado") == "Nada por pagar"
    assert said in page.texto
    assert {"Fecha de vencimiento", "Suspensión del servicio desde"}.isdisjoint(campos(page))
    assert not page.select("a.accion-principal, a[href$='.ics']")


SUSPENDIBLE = "Desde el {} la empresa puede suspender el servicio. Páguela cuanto antes: los intereses siguen aumentando."
A_TIEMPO = "Páguela cuanto antes para evitar más intereses y la suspensión del servicio."


@pytest.mark.parametrize("page", ["/facturas", "/facturas/detalle/F1"])
def test_what_was_not_paid_in_time_says_what_is_to_come(navegador, rosa, page):
    una_factura(CODIGO, numero="F1", vence=dentro_de(-9), suspension=dentro_de(1))
    assert A_TIEMPO in navegador.abre(page).texto
    FacturaVersion.update(suspension=dentro_de(0)).execute()
    text = navegador.abre(page).texto
    assert SUSPENDIBLE.format(fecha(dentro_de(0))) in text
    assert "para evitar" not in text


@pytest.mark.parametrize("page", ["/facturas", "/facturas/detalle/F1"])
@pytest.mark.parametrize("state", ["suspendido", "cortado", "activo", "retirado"])
def test_a_service_that_is_cut_says_so(navegador, rosa, page, state):
    una_factura(CODIGO, numero="F1", vence=dentro_de(-9), suspension=dentro_de(-1))
    PredioVersion.update(estado=state).execute()
    text = navegador.abre(page).texto
    cut = state in ("suspendido", "cortado")
    assert (f"El servicio de este predio está {state} ." in text) == cut
    assert ("puede suspender el servicio" in text) == (not cut)


@pytest.mark.parametrize("page", ["/facturas", "/facturas/detalle/F1"])
@pytest.mark.parametrize(
    ("deuda", "said"),
    [
        (
            {"saldo_anterior": 400_000_00, "intereses": 3060_05, "facturas_vencidas": 9},
            "e intereses (9 facturas). No hay que pagarlas aparte.",
        ),
        ({"saldo_anterior": 403_060_00, "facturas_vencidas": 1}, "anterior (1 factura). No hay que pagarla aparte."),
        ({"saldo_anterior": 403_060_00}, "anterior. No hay que pagarla aparte."),
    ],
)
def test_what_is_owed_from_before_is_said_to_be_in_the_value(navegador, rosa, page, deuda, said):
    una_factura(CODIGO, numero="F1", total=415_684_00, **deuda)
    text = navegador.abre(page).texto
    assert "Incluye $ 403.060 de deuda anterior" in text
    assert said in text
    un_pago(CODIGO, factura="F1", valor=415_684_00)
    assert "Incluye" not in navegador.abre(page).texto


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


def test_bills_before_that_are_not_paid_are_counted(navegador, rosa):
    una_factura(CODIGO, vence=dentro_de(5), facturas_vencidas=2)
    assert "Facturas anteriores sin pagar: 2" in navegador.abre("/facturas").texto


@pytest.mark.parametrize(("due", "shown"), [(5, True), (0, True), (-1, False)])
def test_the_calendar_is_offered_while_the_bill_can_be_paid_in_time(navegador, rosa, due, shown):
    una_factura(CODIGO, numero="F1", vence=dentro_de(due))
    links = navegador.abre("/facturas").select('a[href="/facturas/F1/vencimiento.ics"]')
    assert bool(links) == shown
    un_pago(CODIGO, factura="F1")
    assert not navegador.abre("/facturas").select('a[href="/facturas/F1/vencimiento.ics"]')


# -- the bill explained -------------------------------------------------------------------------------

LINEAS = (
    {"concepto": "Cargo fijo", "cantidad": 1000, "unidad": "mes", "tarifa": 8512_3500, "valor": 8512_35},
    {"concepto": "Consumo básico", "cantidad": 14_000, "unidad": "m³", "tarifa": 2318_4700, "valor": 32458_58},
    {"concepto": "Subsidio estrato 2 (40 %)", "valor": -16388_37},
    {"servicio": "alcantarillado", "concepto": "Vertimiento", "cantidad": 14_000, "unidad": "m³", "valor": 22319_92},
    {"servicio": "otros", "concepto": "Ajuste al peso", "valor": -48},
)
TOTAL = 46_902_00


def filas(page, css: str) -> list[list[str]]:
    return [[" ".join(cell.text.split()) for cell in row.select("th, td")] for row in page.select(f"{css} tbody tr")]


def test_the_panel_says_what_the_bill_charges(navegador, rosa):
    una_factura(CODIGO, lineas=LINEAS, total=TOTAL)
    page = navegador.abre("/facturas")
    assert filas(page, ".cuenta") == [
        ["1 Consumo", "$ 54.778"],
        ["2 Cargo fijo", "$ 8.512"],
        ["− Subsidio", "-$ 16.388"],
        ["= Total", "$ 46.902"],
    ]
    assert page.select(".barra")[0]["aria-hidden"] == "true"


def test_a_bill_of_one_part_has_no_bar(navegador, rosa):
    una_factura(CODIGO)
    assert not navegador.abre("/facturas").select(".barra")


def test_the_panel_says_why_the_bill_changed(navegador, rosa):
    una_factura(CODIGO, periodo="2026-10", expedida="2026-10-16", hasta="2026-10-11", desde="2026-09-12", total=80_000_00)
    una_factura(CODIGO, lineas=LINEAS, total=TOTAL)
    page = navegador.abre("/facturas")
    assert "La factura anterior (octubre de 2026) fue de $ 80.000 ." in page.texto
    assert "En total, esta factura es de $ 46.902 : $ 33.098 menos que la anterior." in page.texto
    assert len(page.select(".motivos li")) in range(1, 6)


def test_the_first_bill_has_nothing_to_be_compared_with(navegador, rosa):
    una_factura(CODIGO)
    page = navegador.abre("/facturas")
    assert "Es la primera factura de este código" in page.texto
    assert not page.select(".motivos")


def test_a_bill_worth_the_same_says_so_and_what_changed_inside(navegador, rosa):
    una_factura(CODIGO, periodo="2026-10", expedida="2026-10-16", lineas=LINEAS, total=TOTAL)
    una_factura(CODIGO, lineas=LINEAS, total=TOTAL)
    page = navegador.abre("/facturas")
    assert "vale lo mismo que la anterior (octubre de 2026): $ 46.902." in page.texto
    assert not page.select(".motivos")
    other = (*LINEAS[:-1], {"concepto": "Deuda anterior", "valor": 5000_00}, {"concepto": "Descuento", "valor": -5000_48})
    una_factura(CODIGO, periodo="2026-12", expedida="2026-12-16", lineas=other, total=TOTAL)
    page = navegador.abre("/facturas")
    assert "Sin embargo, cambió lo que cobra:" in page.texto
    assert len(page.select(".motivos li")) == 2


def test_the_chart_is_a_table_of_the_latest_twelve_periods(navegador, rosa):
    for month in range(1, 13):
        una_factura(CODIGO, periodo=f"2026-{month:02}", expedida=f"2026-{month:02}-16", consumo=10_000)
    una_factura(CODIGO, periodo="2026-06", expedida="2026-12-17", consumo=None)
    una_factura(CODIGO, periodo="2027-01", expedida="2027-01-16", consumo=14_500, lectura_tipo="promedio")
    page = navegador.abre("/facturas")
    rows = filas(page, ".consumos")
    assert rows[:3] == [["ene 2027 esta factura", "14,5 m³ promedio"], ["jun 2026", "sin dato"], ["dic 2026", "10 m³"]]
    assert len(rows) == 12
    assert [bar["width"] for bar in page.select(".consumos rect")][:3] == ["100%", "0%", "68%"]
    assert page.select(".consumos tr.presente th")[0].text.startswith("ene 2027")
    assert (
        "Consumió 14,5 m³, 4,5 m³ más que su promedio de 10 periodos anteriores (10 m³). Hace un año consumió" not in page.texto
    )
    assert "Consumió 14,5 m³, 4,5 m³ más que su promedio de 10 periodos anteriores (10 m³)." in page.texto


@pytest.mark.parametrize(
    ("antes", "ahora", "frase"),
    [
        ([10_000], 10_000, "Consumió 10 m³, lo mismo que en el periodo anterior (10 m³)."),
        ([8_000, None], 10_000, "Consumió 10 m³, 2 m³ más que en otro periodo (8 m³)."),
        ([0, 0], 0, "Consumió 0 m³, lo mismo que su promedio de 2 periodos anteriores (0 m³)."),
        ([10_000, 11_000, 11_000], 9_000, "Consumió 9 m³, 1,7 m³ menos que su promedio de 3 periodos anteriores (10,7 m³)."),
        ([None], 9_000, None),
        ([9_000], None, None),
        ([], 9_000, None),
    ],
)
def test_the_consumption_is_compared_in_one_sentence(navegador, rosa, antes, ahora, frase):
    for month, consumo in enumerate(antes, 1):
        una_factura(CODIGO, periodo=f"2026-{month:02}", expedida=f"2026-{month:02}-16", consumo=consumo)
    una_factura(CODIGO, consumo=ahora)
    text = navegador.abre("/facturas").texto
    assert frase in text if frase else "Consumió" not in text.partition("Su consumo de agua")[2]


def test_the_same_month_of_last_year_is_told(navegador, rosa):
    una_factura(CODIGO, periodo="2025-11", expedida="2025-11-16", consumo=17_000)
    una_factura(CODIGO, consumo=14_000)
    assert "Hace un año consumió 17 m³." in navegador.abre("/facturas").texto


def test_a_code_whose_consumption_was_never_published(navegador, rosa):
    una_factura(CODIGO, consumo=None)
    page = navegador.abre("/facturas")
    assert "no ha publicado el consumo" in page.texto
    assert not page.select(".consumos")


# -- the page of a bill -------------------------------------------------------------------------------


def campos(page) -> dict[str, str]:
    names, values = page.select("main dt"), page.select("main dd")
    return {name.text: " ".join(value.text.split()) for name, value in zip(names, values, strict=True)}


def test_the_page_of_a_bill_says_what_the_pdf_says(navegador, rosa):
    una_factura(CODIGO, periodo="2026-10", expedida="2026-10-16", total=30_000_00, saldo_anterior=1000_00)
    datos = {"cude": "ab12", "referencia": "0000000461", "lectura_tipo": "promedio", "vence": dentro_de(9)}
    una_factura(CODIGO, numero="F1", lineas=LINEAS, total=TOTAL, **datos)
    page = navegador.abre("/facturas/detalle/F1")
    assert page.h1 == "Factura F1"
    assert campos(page) == {
        "Fecha de vencimiento": f"{fecha(dentro_de(9))} Faltan 9 días",
        "Suspensión del servicio desde": "22 de diciembre de 2026",
        "Referencia de pago": "0000000461",
        "Fecha de expedición": "16 de noviembre de 2026",
        "Facturas anteriores sin pagar": "0",
        "Deuda anterior": "$ 0",
        "Intereses de mora": "$ 0",
        "Suscriptor o usuario": "ROSA ELENA GARCÍA PEÑA",
        "Código de usuario": CODIGO,
        "Dirección": "CL 10 5 20",
        "Barrio": "Centro",
        "Municipio": "Aguaclara",
        "Clase de uso": "Residencial",
        "Estrato": "2 (bajo)",
        "Medidor": "A19-004512",
        "Ciclo y ruta": "01 · 0105-0230",
        "Periodo facturado": "12 de octubre de 2026 a 10 de noviembre de 2026",
        "Días facturados": "30",
        "Lectura anterior": "1.200 m³",
        "Lectura actual": "1.214 m³",
        "Consumo": "14 m³",
        "Tipo de lectura": "Promedio",
    }
    lines = filas(page, ".cuenta")
    assert lines[:4] == [
        ["Cargo fijo 1 mes a $ 8.512,35", "$ 8.512,35"],
        ["Consumo básico 14 m³ a $ 2.318,47", "$ 32.458,58"],
        ["Subsidio estrato 2 (40 %)", "-$ 16.388,37"],
        ["Subtotal acueducto", "$ 24.582,56"],
    ]
    assert ["Total a pagar", "$ 46.902,00"] in lines
    assert ["oct 2026", "14 m³", "$ 29.000"] in filas(page, ".consumos")
    for words in ("Documento equivalente electrónico", "CUDE: ab12", "se cobra un promedio", "mérito ejecutivo", "cinco meses"):
        assert words in page.texto
    assert verificacion.codigo("F1") in page.texto
    assert page.select('a[href="/facturas/factura-F1.pdf"]')


@pytest.mark.parametrize("lines", [True, False])
def test_arrears_are_said_once_on_the_page_of_a_bill(navegador, rosa, lines):
    debts = ({"concepto": "Deuda anterior", "valor": 20_000_00}, {"concepto": "Intereses de mora", "valor": 100_00})
    lineas = (*LINEAS, *debts) if lines else LINEAS
    una_factura(CODIGO, numero="F1", lineas=lineas, total=TOTAL + 20_100_00, saldo_anterior=20_000_00, intereses=100_00)
    page = navegador.abre("/facturas/detalle/F1")
    assert filas(page, ".cuenta").count(["Deuda anterior", "$ 20.000,00"]) == 1
    assert ("Deuda anterior (incluida en el total)" in campos(page)) == lines


def test_the_page_of_an_older_bill_compares_with_what_was_before_it(navegador, rosa):
    una_factura(CODIGO, numero="F1", periodo="2026-09", expedida="2026-09-16", total=10_000_00)
    una_factura(CODIGO, numero="F2", periodo="2026-10", expedida="2026-10-16", total=20_000_00)
    una_factura(CODIGO, numero="F3", periodo="2026-11", expedida="2026-10-16", total=99_999_00)
    page = navegador.abre("/facturas/detalle/F2")
    assert "La factura anterior (septiembre de 2026) fue de $ 10.000" in page.texto
    assert [row[0] for row in filas(page, ".consumos")] == ["oct 2026 esta factura", "sep 2026"]
    assert "99.999" not in page.texto


WORDS = ("Puede pagarla", "Total a pagar", "Venció hace", "Faltan", "Suspensión")


def principal(page) -> tuple[str, str, bool]:
    """Heading and state of the page of a bill, and whether it leads to pay."""
    return page.select("main h2")[0].text, page.lee("main .estado"), PAGAR in page.texto


def test_the_page_of_a_bill_says_whether_it_can_be_paid(navegador, rosa):
    una_factura(CODIGO, numero="F1", vence=dentro_de(2))
    page = navegador.abre("/facturas/detalle/F1")
    assert principal(page) == ("Para pagar", "Por pagar", True)
    assert ("Faltan 2 días" in page.texto, "Puede pagarla" in page.texto) == (True, True)
    assert page.select('a[href="https://pagos.aguaclara.example/"]')
    un_pago(CODIGO, factura="F1", valor=10_000_00)
    page = navegador.abre("/facturas/detalle/F1")
    assert (campos(page)["Abonado"], campos(page)["Falta por pagar"]) == ("$ 10.000", "$ 74.350")
    FacturaVersion.update(vence=dentro_de(-3)).execute()
    page = navegador.abre("/facturas/detalle/F1")
    assert principal(page) == ("Para pagar", "Vencida", True)
    assert "Venció hace 3 días" in page.texto
    un_pago(CODIGO, factura="F1", valor=74_350_00)
    page = navegador.abre("/facturas/detalle/F1")
    assert principal(page) == ("Valor de esta factura", "Pagada", False)
    assert "Esta factura ya está pagada." in page.texto
    assert not [words for words in WORDS if words in page.texto]


@pytest.mark.parametrize("paid", [True, False])
def test_the_page_of_a_bill_that_another_replaced_does_not_ask_to_be_paid(navegador, rosa, paid):
    una_factura(CODIGO, numero="F1", expedida="2026-10-16", vence=dentro_de(5))
    una_factura(CODIGO, numero="F2", expedida="2026-11-16")
    if paid:
        un_pago(CODIGO, factura="F2")
    page = navegador.abre("/facturas/detalle/F1")
    assert principal(page) == ("Valor de esta factura", "Factura anterior", False)
    assert "Hay una factura más reciente: no pague con esta." in page.texto
    assert page.select(f'section a[href="/facturas?codigo={CODIGO}"]')
    assert not [words for words in WORDS if words in page.texto]
    assert ["Valor de esta factura", "$ 84.350,00"] in filas(page, ".cuenta")


def test_who_had_the_code_before_is_not_told_of_later_bills_nor_of_the_service(navegador, rosa):
    una_factura(CODIGO, numero="F1", expedida="2026-10-16", vence=dentro_de(5))
    una_factura(CODIGO, numero="F2", expedida="2026-11-16")
    PredioVersion.update(estado="cortado").execute()
    Asociacion.update(ve_hasta="2026-10-16").execute()
    for address in ("/facturas/detalle/F1", "/facturas"):
        text = navegador.abre(address).texto
        assert "pregunte a la empresa cuánto se debe" in text
        assert "más reciente" not in text
        assert "está cortado" not in text


def test_a_bill_without_lines_has_a_page_too(navegador, rosa):
    una_factura(CODIGO, numero="F1", lineas=({"valor": 1},), desde=None, suspension=None, lectura_tipo=None)
    page = navegador.abre("/facturas/detalle/F1")
    assert campos(page)["Periodo facturado"] == "noviembre de 2026"
    assert "Días facturados" not in campos(page)


def test_who_had_the_code_before_does_not_read_the_new_holder(navegador, rosa):
    una_factura(CODIGO, numero="F1", expedida="2026-10-16")
    una_factura(CODIGO, numero="F2", expedida="2026-11-16")
    Asociacion.update(ve_hasta="2026-10-16").execute()
    page = navegador.abre("/facturas/detalle/F1")
    assert campos(page)["Suscriptor o usuario"] == "No se muestra en esta página"
    assert "ROSA" not in page.texto
    assert "registró otro titular" in page.texto
    navegador.abre("/facturas/detalle/F2", 404)
    navegador.abre("/facturas/F2/vencimiento.ics", 404)


def test_what_a_delivery_corrects_is_explained_anew(navegador, rosa):
    una_factura(CODIGO, numero="F1", lineas=({"concepto": "Consumo básico", "valor": 84_350_00},))
    assert "Reconexión" not in navegador.abre("/facturas").texto
    una_entrega()
    ConceptoVersion.update(concepto="Reconexión").execute()
    assert "Otros cobros $ 84.350" in " ".join(navegador.abre("/facturas").texto.split())


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
    assert (
        answer.soup.select_one("#_panel")["data-decir"]
        == f"Código {OTRO}: factura de noviembre de 2026, $\u00a084.350, vencida"
    )
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
    navegador.abre("/facturas/detalle/AJENA", 404)
    navegador.abre("/facturas/AJENA/vencimiento.ics", 404)
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
    *("/contrasena", "/salir", "/facturas/detalle/F1", "/facturas/anteriores", "/facturas/F1/vencimiento.ics"),
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


# -- paid online ------------------------------------------------------------------------------------


PASARELA = pytest.mark.ajustes(PASARELA="simulada")
PAGINAS = pytest.mark.parametrize("page", ["/facturas", "/facturas/detalle/F-9"])
PENDIENTE, EN_REVISION = (
    "Su banco aún no responde; no pague otra vez.",
    "Estamos revisando un pago de esta factura; no pague otra vez.",
)


def enlaces_de_pago(page) -> list[tuple[str, str]]:
    """The links that lead to paying, with what stands on them."""
    found = [(link["href"], link.strong or link) for link in page.select("main a[href]")]
    return [(url, " ".join(text.text.split())) for url, text in found if url.startswith("/pagar") or url.endswith("/pago")]


@PASARELA
@PAGINAS
def test_the_link_to_pay_names_the_gateway(navegador, rosa, page):
    una_factura(CODIGO, numero="F-9", vence=dentro_de(5))
    seen = navegador.abre(page)
    assert enlaces_de_pago(seen) == [("/facturas/F-9/pago", "click aquí para pagar la factura")]
    assert "En línea: Simulador de pagos." in seen.texto
    assert "Portal de pagos" not in seen.texto


@PAGINAS
def test_a_bill_paid_online_is_paid_at_once_and_in_process(navegador, rosa, page):
    una_factura(CODIGO, numero="F-9", vence=dentro_de(-5))
    pago_en_linea({CODIGO: "F-9"})
    seen = navegador.abre(page)
    assert seen.lee(".estado") == "Pagada"
    assert "Su pago en línea de $ 84.350 está en proceso de aplicación" in seen.texto
    assert enlaces_de_pago(seen) == []


@PAGINAS
@pytest.mark.parametrize(("state", "said"), [("pendiente", PENDIENTE), ("revision", EN_REVISION)])
@pytest.mark.parametrize("due", [5, -5])
def test_while_the_bank_is_silent_nothing_asks_to_be_paid(navegador, rosa, page, state, said, due):
    una_factura(CODIGO, numero="F-9", vence=dentro_de(due))
    un_intento({CODIGO: "F-9"}, estado=state)
    seen = navegador.abre(page)
    assert said in seen.texto
    assert enlaces_de_pago(seen) == [("/pagar?codigo=100200300", "Ver el pago")]
    assert "Páguela" not in seen.texto
    assert "Puede pagarla" not in seen.texto


@PASARELA
@PAGINAS
def test_one_that_was_not_ended_can_be_gone_on_with(navegador, rosa, page):
    una_factura(CODIGO, numero="F-9", vence=dentro_de(5))
    un_intento({CODIGO: "F-9"})
    seen = navegador.abre(page)
    assert "Hay un pago en línea sin terminar." in seen.texto
    assert enlaces_de_pago(seen) == [("/pagar?codigo=100200300", "Seguir con el pago")]


@PAGINAS
@pytest.mark.parametrize("state", ["rechazado", "vencido", "cancelado"])
def test_one_that_ended_leaves_the_link_as_it_was(navegador, rosa, page, state):
    una_factura(CODIGO, numero="F-9", vence=dentro_de(5))
    un_intento({CODIGO: "F-9"}, estado=state)
    assert enlaces_de_pago(navegador.abre(page)) == [("/facturas/F-9/pago", "click aquí para pagar la factura")]


@PAGINAS
def test_a_second_payment_of_a_paid_bill_at_the_bank_is_told(navegador, rosa, page):
    una_factura(CODIGO, numero="F-9", vence=dentro_de(5))
    pago_en_linea({CODIGO: "F-9"})
    un_intento({CODIGO: "F-9"}, estado="pendiente")
    seen = navegador.abre(page)
    assert seen.lee(".estado") == "Pagada"
    assert PENDIENTE in seen.texto


@PAGINAS
def test_a_delivered_payment_that_was_given_back_is_owed_again(navegador, rosa, page):
    una_factura(CODIGO, numero="F-9", vence=dentro_de(5))
    pago_en_linea({CODIGO: "F-9"})
    un_pago(CODIGO, id="P1", factura="F-9")
    row = Movimiento.get()
    Movimiento.update(pago="P1").execute()
    row.id, row.tipo, row.valor = None, "reverso", -row.valor
    row.save(force_insert=True)
    seen = navegador.abre(page)
    assert seen.lee(".estado") == "Por pagar"
    assert "Se devolvió un pago en línea de $ 84.350" in seen.texto


@PASARELA
def test_several_bills_can_be_paid_at_once_where_there_are_several_codes(navegador, rosa_con_dos):
    una_factura(CODIGO, vence=dentro_de(5))
    assert enlaces_de_pago(navegador.abre("/facturas"))[1:] == [("/pagar?codigo=100200300", "Pagar varias facturas")]
    Asociacion.update(revisar=utcnow(), ve_hasta=hoy()).where(Asociacion.predio == OTRO).execute()
    assert len(enlaces_de_pago(navegador.abre("/facturas"))) == 1


def test_without_a_gateway_bills_are_paid_one_by_one(navegador, rosa_con_dos):
    una_factura(CODIGO, vence=dentro_de(5))
    assert len(enlaces_de_pago(navegador.abre("/facturas"))) == 1


@pytest.mark.parametrize("numero", ["FE/123", "anteriores", "factura-7.pdf", "F 1", "Ñ&1"])
def test_whatever_the_number_of_a_bill_every_link_to_it_opens(navegador, rosa, numero):
    una_factura(CODIGO, numero=numero, vence=dentro_de(5))
    links = [link["href"] for link in navegador.abre("/facturas").select("#_panel a") if link["href"].startswith("/facturas/")]
    links += [link["href"] for link in navegador.abre(f"/facturas/anteriores?codigo={CODIGO}").select("main table a")]
    assert len(links) >= 7
    for link in links:
        answer = navegador.pide("GET", link)
        assert answer.status_code == 200, link
        assert answer.mimetype in ("application/pdf", "text/calendar") or numero in navegador.abre(link).texto


@pytest.mark.ajustes(
    FACTURA_MENSAJE="Cuide el agua.\nLa fuga se repara sin costo.",
    FACTURA_CALIDAD="IRCA: 0,0 %",
    FACTURA_CARGOS="Reconexión: $ 32.500",
    FACTURA_FIRMA="Elisa Moreno Vaca, gerente",
    FACTURA_PUNTOS="en Punto Ceiba",
)
def test_the_page_of_a_bill_says_what_the_utility_prints_on_all(navegador, rosa):
    una_factura(CODIGO, numero="F1", vence=dentro_de(5))
    text = navegador.abre("/facturas/detalle/F1").texto
    for said in ("Cuide el agua.", "La fuga se repara", "IRCA: 0,0 %", "Reconexión: $ 32.500", "Elisa Moreno", "Punto Ceiba"):
        assert said in text
