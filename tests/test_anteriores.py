"""Facturas anteriores: every bill of a code that may be seen, with its page and its PDF."""

import pytest
from fabrica import un_predio, una_cuenta, una_factura

from oficina.models import Asociacion

CODIGO, OTRO = "100200300", "100200301"


@pytest.fixture
def rosa(navegador):
    cuenta = una_cuenta(codigos=[CODIGO])
    navegador.ya_dentro(cuenta)
    return cuenta


def mes(n: int) -> dict[str, str]:
    """The n-th month since 2021."""
    year, month = 2021 + n // 12, n % 12 + 1
    return {"periodo": f"{year}-{month:02}", "expedida": f"{year}-{month:02}-16", "vence": f"{year}-{month:02}-28"}


def filas(page) -> list[list[str]]:
    return [[" ".join(cell.text.split()) for cell in row.select("th, td")] for row in page.select("tbody tr")]


def test_each_bill_has_its_month_number_due_date_consumption_value_page_and_pdf(navegador, rosa):
    una_factura(CODIGO, numero="F-1", total=10_000_50, consumo=None, **mes(9))
    una_factura(CODIGO, numero="F-2", total=-5_000_00, consumo=19_000, **mes(10))
    page = navegador.abre("/facturas/anteriores")
    assert page.h1 == "Facturas anteriores"
    assert filas(page) == [
        [
            "noviembre de 2021 última",
            "F-2",
            "28/11/2021",
            "19 m³",
            "-$ 5.000",
            "Detalle de noviembre de 2021 PDF de noviembre de 2021",
        ],
        ["octubre de 2021", "F-1", "28/10/2021", "—", "$ 10.000,50", "Detalle de octubre de 2021 PDF de octubre de 2021"],
    ]
    detail, pdf = page.select("tbody tr")[1].select("a")
    assert (detail["href"], pdf["href"], pdf["target"]) == ("/facturas/detalle/F-1", "/facturas/factura-F-1.pdf", "factura")
    assert navegador.abre(detail["href"]).h1 == "Factura F-1"
    assert navegador.pide("GET", pdf["href"]).data.startswith(b"%PDF-")


def test_five_years_are_shown(navegador, rosa):
    for n in range(62):
        una_factura(CODIGO, numero=f"F{n}", **mes(n))
    assert [row[1] for row in filas(navegador.abre("/facturas/anteriores"))] == [f"F{n}" for n in range(61, 1, -1)]


def test_those_of_more_than_a_year_are_folded(navegador, rosa):
    for n in range(14):
        una_factura(CODIGO, numero=f"F{n}", **mes(n))
    page = navegador.abre("/facturas/anteriores")
    assert page.lee("main details summary") == "Ver facturas más antiguas (2)"
    older = page.select("main details tbody tr")
    assert [row.select("td")[0].text for row in older] == ["F1", "F0"]
    assert len(page.select("main .etiqueta")) == 1


def test_whose_value_has_the_debt_of_others_says_so(navegador, rosa):
    una_factura(CODIGO, **mes(1))
    assert "no los sume" not in navegador.abre("/facturas/anteriores").texto
    una_factura(CODIGO, saldo_anterior=20_000_00, **mes(2))
    assert (
        "Cada valor ya incluye la deuda de las facturas anteriores: no los sume."
        in navegador.abre("/facturas/anteriores").texto
    )


def test_strange_numbers_lead_to_their_bill(navegador, rosa):
    una_factura(CODIGO, numero="NUMERO?#ñ%2", **mes(1))
    navegador.abre(navegador.abre("/facturas/anteriores").select("tbody a")[0]["href"])
    assert navegador.pagina.h1 == "Factura NUMERO?#ñ%2"


def test_the_panel_leads_there_by_its_code(navegador, rosa):
    una_factura(CODIGO)
    assert navegador.abre("/facturas").select(f'#_panel a[href="/facturas/anteriores?codigo={CODIGO}"]')


def test_each_code_has_its_own_and_leads_to_the_others(navegador):
    un_predio(OTRO, direccion="KR 5 12 40")
    navegador.ya_dentro(una_cuenta(codigos=[CODIGO, OTRO]))
    una_factura(CODIGO, numero="MIA")
    una_factura(OTRO, numero="OTRA")
    una_factura("200200200", numero="AJENA")
    page = navegador.abre("/facturas/anteriores")
    assert [row[1] for row in filas(page)] == ["MIA"]
    (link,) = page.select(f'a[href="/facturas/anteriores?codigo={OTRO}"]')
    page = navegador.abre(link["href"])
    assert [row[1] for row in filas(page)] == ["OTRA"]
    assert "KR 5 12 40" in page.texto
    navegador.abre("/facturas/anteriores?codigo=200200200", 404)


def test_who_has_another_holder_sees_those_from_before(navegador, rosa):
    una_factura(CODIGO, numero="F1", **mes(1))
    una_factura(CODIGO, numero="F2", **mes(2))
    Asociacion.update(ve_hasta=mes(1)["expedida"]).execute()
    page = navegador.abre("/facturas/anteriores")
    assert [row[1] for row in filas(page)] == ["F1"]
    assert "registró otro titular" in page.texto
    assert not page.select("main .etiqueta")
    Asociacion.update(ve_hasta="1900-01-01").execute()
    assert "No hay facturas anteriores de este código." in navegador.abre("/facturas/anteriores").texto


def test_without_bills_or_codes_it_says_so(navegador, rosa):
    assert "aún no tiene facturas" in navegador.abre("/facturas/anteriores").texto
    navegador.ya_dentro(una_cuenta("nadie@correo.example"))
    assert navegador.abre("/facturas/anteriores").select('a[href="/codigos"]')
