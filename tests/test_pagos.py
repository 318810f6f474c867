"""Pagos realizados: the last three payments of each code."""

from datetime import date, timedelta

import pytest
from fabrica import consultas, pago_en_linea, un_pago, un_predio, una_cuenta, una_factura

from oficina.db import utcnow
from oficina.formats import fecha, hoy
from oficina.models import Asociacion, Movimiento

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
    assert sum("pago p" in sql for sql in statements) == 1
    assert len(statements) <= 6


# -- paid online ------------------------------------------------------------------------------------


def en_linea(codigo, cuenta=None, day=None, **datos):
    factura = una_factura(codigo, expedida=date(2026, 1, 16))
    return pago_en_linea({codigo: factura.numero}, cuenta, day, **datos)


def test_what_was_paid_online_is_shown_at_once_among_the_others_and_says_it_is_in_process(navegador, rosa):
    for days in (1, 3, 5):
        un_pago(CODIGO, fecha=hoy() - timedelta(days=days), valor=days * 1000_00)
    intento = en_linea(CODIGO, rosa, hoy() - timedelta(days=2))
    page = navegador.abre("/pagos")
    rows = por_codigo(page)[f"Código {CODIGO}"]
    assert [row[1] for row in rows] == ["$ 1.000", "$ 84.350 en proceso de aplicación", "$ 3.000"]
    day = fecha(hoy() - timedelta(days=2))
    assert rows[1][3] == f"En línea, PSE, Banco del Llano Comprobante del {day}"
    (link,) = page.select("main td a")
    assert link["href"] == f"/pagar/{intento.publico}"


def test_of_one_day_what_is_in_process_is_the_newest(navegador, rosa):
    un_pago(CODIGO, fecha=hoy())
    en_linea(CODIGO, rosa)
    assert "en proceso" in por_codigo(navegador.abre("/pagos"))[f"Código {CODIGO}"][0][1]


def test_of_another_who_paid_the_code_there_is_no_receipt(navegador, rosa):
    en_linea(CODIGO, una_cuenta("tomas@correo.example"), medio=None, banco="")
    en_linea(OTRO, None)
    page = navegador.abre("/pagos")
    assert page.texto.count("en proceso de aplicación") == 2
    assert not page.select("main td a")
    assert por_codigo(page)[f"Código {CODIGO}"][0][3] == "En línea"


def test_once_delivered_it_is_shown_once_with_its_receipt(navegador, rosa):
    intento = en_linea(CODIGO, rosa)
    un_pago(CODIGO, id="P1", fecha=hoy(), canal="internet", entidad="PSE")
    Movimiento.update(pago="P1").execute()
    page = navegador.abre("/pagos")
    assert por_codigo(page)[f"Código {CODIGO}"] == [
        [fecha(hoy()), "$ 84.350", "—", f"Internet, PSE Comprobante del {fecha(hoy())}"]
    ]
    assert page.select("main td a")[0]["href"] == f"/pagar/{intento.publico}"


def test_the_receipt_of_another_is_not_linked_once_delivered(navegador, rosa):
    en_linea(CODIGO, una_cuenta("tomas@correo.example"))
    un_pago(CODIGO, id="P1", fecha=hoy())
    Movimiento.update(pago="P1").execute()
    assert not navegador.abre("/pagos").select("main td a")


def test_one_given_back_is_said_to_be(navegador, rosa):
    intento = en_linea(CODIGO, rosa)
    row = Movimiento.get()
    row.id, row.tipo, row.valor = None, "reverso", -row.valor
    row.save(force_insert=True)
    un_pago(OTRO, fecha=hoy(), valor=-5_000_00)
    page = navegador.abre("/pagos")
    first, second = por_codigo(page)[f"Código {CODIGO}"]
    assert (first[1], second[1]) == ("$ 84.350 Devolución", "$ 84.350 Devuelto")
    assert por_codigo(page)[f"Código {OTRO}"][0][1] == "$ 5.000 Devolución"
    assert [link["href"] for link in page.select("main td a")] == [f"/pagar/{intento.publico}"] * 2
    assert all(row[3].endswith(f"Ver el pago del {fecha(hoy())}") for row in (first, second))


@pytest.mark.parametrize("propio", [True, False])
def test_one_given_back_is_said_to_be_once_delivered_too(navegador, rosa, propio):
    """The delivery has the payment and not yet what was given back. Another transaction of the attempt is not."""
    intento = en_linea(CODIGO, rosa if propio else None)
    un_pago(CODIGO, id="P1", fecha=hoy())
    row = Movimiento.get()
    row.pago = "P1"
    row.save()
    row.id, row.tipo, row.valor, row.pago = None, "reverso", -row.valor, None
    row.save(force_insert=True)
    row.id, row.tipo, row.valor, row.transaccion = None, "pago", -row.valor, "otra"
    row.save(force_insert=True)
    page = navegador.abre("/pagos")
    other, back, paid = por_codigo(page)[f"Código {CODIGO}"]
    assert [row[1] for row in (other, back, paid)] == [
        *("$ 84.350 en proceso de aplicación", "$ 84.350 Devolución", "$ 84.350 Devuelto"),
    ]
    links = [link["href"] for link in page.select("main td a")]
    assert links == [f"/pagar/{intento.publico}"] * (3 if propio else 0)
    assert [("Comprobante" in row[3], "Ver el pago" in row[3]) for row in (other, back, paid)] == [
        *((propio, False), (False, propio), (False, propio)),
    ]


def test_who_had_the_code_before_does_not_see_what_the_new_holder_pays_online(navegador, rosa):
    Asociacion.update(revisar=utcnow(), ve_hasta=date(2026, 1, 1)).where(Asociacion.predio == CODIGO).execute()
    en_linea(CODIGO)
    assert "en proceso" not in navegador.abre("/pagos").texto


def test_with_payments_online_the_page_asks_no_more_than_six_times(navegador, rosa):
    for codigo in (CODIGO, OTRO, VACIO):
        un_pago(codigo)
        en_linea(codigo, rosa)
    with consultas() as statements:
        navegador.pide("GET", "/pagos")
    assert len(statements) <= 6
