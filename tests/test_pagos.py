"""Pagos realizados: the last three payments of each code."""

from datetime import date

import pytest
from fabrica import consultas, un_pago, un_predio, una_cuenta

CODIGO, OTRO, VACIO = "100200300", "100200301", "100200302"


@pytest.fixture
def rosa(navegador):
    cuenta = una_cuenta(codigos=[CODIGO, OTRO, VACIO])
    navegador.ya_dentro(cuenta)
    return cuenta


def filas(section) -> list[list[str]]:
    return [[" ".join(cell.text.split()) for cell in row.select("th, td")] for row in section.select("tbody tr")]


def por_codigo(page) -> dict:
    return {section.h2.text: filas(section) for section in page.select("section.tarjeta")}


def test_each_code_shows_its_last_three_newest_first(navegador, rosa):
    for codigo in (CODIGO, OTRO):
        for month in (9, 12, 10, 11):
            un_pago(codigo, fecha=date(2025, month, 20), valor=month * 1000_00, factura=f"F{month}")
    page = navegador.abre("/pagos")
    expected = [
        ["20 de diciembre de 2025", "$ 12.000", "F12", "Banco, Banco de Aguaclara"],
        ["20 de noviembre de 2025", "$ 11.000", "F11", "Banco, Banco de Aguaclara"],
        ["20 de octubre de 2025", "$ 10.000", "F10", "Banco, Banco de Aguaclara"],
    ]
    assert por_codigo(page) == {f"Código {CODIGO}": expected, f"Código {OTRO}": expected, f"Código {VACIO}": []}
    assert page.h1 == "Pagos realizados"


def test_of_payments_of_one_day_the_last_number_is_the_newest_and_three_are_shown(navegador, rosa):
    for n in range(5):
        un_pago(CODIGO, id=f"P{n}", valor=n * 1000_00)
    assert [row[1] for row in por_codigo(navegador.abre("/pagos"))[f"Código {CODIGO}"]] == ["$ 4.000", "$ 3.000", "$ 2.000"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_fewer_than_three_are_all_shown(navegador, rosa, count):
    for n in range(count):
        un_pago(CODIGO, fecha=date(2026, 1, n + 1))
    assert len(por_codigo(navegador.abre("/pagos"))[f"Código {CODIGO}"]) == count


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        *(("banco", "Banco"), ("internet", "Internet"), ("oficina", "Oficina"), ("corresponsal", "Corresponsal")),
        *(("débito", "Débito automático"), (None, "—")),
    ],
)
def test_where_it_was_paid_is_told_in_words(navegador, rosa, channel, shown):
    un_pago(CODIGO, canal=channel, entidad=None, valor=1_00)
    assert por_codigo(navegador.abre("/pagos"))[f"Código {CODIGO}"] == [["20 de noviembre de 2026", "$ 1", "—", shown]]


def test_a_code_without_payments_says_so(navegador, rosa):
    page = navegador.abre("/pagos")
    assert page.texto.count("Este código aún no tiene pagos registrados.") == 3
    assert not page.select("table")


def test_an_account_without_codes_is_told_what_to_do(navegador):
    navegador.ya_dentro(una_cuenta())
    assert navegador.abre("/pagos").select('main a[href="/codigos"]')


def test_the_payments_of_others_are_not_shown(navegador, rosa):
    un_predio("200200200")
    un_pago("200200200", valor=7_777_00)
    una_cuenta("tomas@correo.example", codigos=["200200200"])
    page = navegador.abre("/pagos")
    assert "7.777" not in page.texto
    assert "200200200" not in page.texto


def test_all_payments_come_with_one_question_to_the_base(navegador, rosa):
    for codigo in (CODIGO, OTRO, VACIO):
        un_pago(codigo)
    with consultas() as statements:
        navegador.pide("GET", "/pagos")
    assert sum("FROM pago" in sql or "JOIN pago" in sql for sql in statements) == 1
    assert len(statements) <= 6
