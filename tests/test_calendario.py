"""The due date in words, and as an entry that the customer's calendar understands."""

from datetime import UTC, date, datetime, timedelta

import pytest
from fabrica import una_cuenta, una_factura
from icalendar import Calendar

from oficina.facturas.calendario import plazo, vencimiento
from oficina.models import Factura

HOY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("dias", "texto"),
    [
        (9, "Faltan 9 días"),
        (2, "Faltan 2 días"),
        (1, "Vence mañana"),
        (0, "Vence hoy"),
        (-1, "Venció ayer"),
        (-3, "Venció hace 3 días"),
    ],
)
def test_how_far_the_due_date_is(dias, texto):
    assert plazo(HOY + timedelta(days=dias), HOY) == texto


def de_prueba(vence: date) -> Factura:
    return Factura(numero="F1", periodo="2026-11", expedida=HOY, vence=vence, total=15_007_00, referencia="1")


@pytest.mark.parametrize(
    ("faltan", "aviso"),
    [(9, timedelta(days=-2, hours=9)), (3, timedelta(days=-2, hours=9)), (2, timedelta(hours=9)), (0, timedelta(hours=9))],
)
def test_it_reminds_of_what_is_to_come(faltan, aviso):
    bill = de_prueba(date(2026, 11, 27))
    entry = vencimiento(bill, "oficina.example", "https://oficina.example", bill.vence - timedelta(days=faltan))
    (alarm,) = Calendar.from_ical(entry).walk("VALARM")
    assert alarm.decoded("trigger") == aviso
    assert alarm["description"] == "El 27 de noviembre vence la factura de agua: $ 15.007"


@pytest.fixture
def factura(navegador):
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    return una_factura("1001", numero="F1", referencia="0000000461", vence=date(2026, 12, 15), expedida=date(2026, 11, 16))


def entrada(navegador, numero: str = "F1"):
    response = navegador.pide("GET", f"/facturas/{numero}/vencimiento.ics")
    assert response.status_code == 200
    return response, Calendar.from_ical(response.data)


def test_the_entry_is_the_whole_due_day(navegador, factura):
    response, calendar = entrada(navegador)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == "attachment; filename=vencimiento-F1.ics"
    (event,) = calendar.walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2026, 12, 15), date(2026, 12, 16))
    assert event["summary"] == "Vence la factura de agua de noviembre de 2026: $ 84.350"
    for words in ("Factura F1", "$ 84.350", "0000000461", "/facturas/detalle/F1"):
        assert words in event["description"]
    assert calendar["version"] == "2.0"
    assert calendar["prodid"]


@pytest.mark.ajustes(URL_PUBLICA="https://oficina.aguaclara.example")
def test_the_same_bill_is_the_same_entry_under_the_public_name(navegador, factura):
    response, calendar = entrada(navegador)
    (event,) = calendar.walk("VEVENT")
    assert event["uid"] == "vence-F1@oficina.aguaclara.example"
    assert event["url"] == "https://oficina.aguaclara.example/facturas/detalle/F1"
    assert event.decoded("dtstamp") == datetime(2026, 11, 16, tzinfo=UTC)
    assert entrada(navegador)[0].data == response.data


def test_lines_are_folded_and_what_was_delivered_stays_text(navegador):
    navegador.ya_dentro(una_cuenta(codigos=["1001"]))
    una_factura("1001", numero="F1", referencia="A,B;C" * 8)
    response, calendar = entrada(navegador)
    assert all(len(line) <= 75 for line in response.data.split(b"\r\n"))
    assert "A,B;C" * 8 in calendar.walk("VEVENT")[0]["description"]


def test_the_due_date_of_another_is_not_found(navegador, factura):
    una_factura("2002", numero="AJENA")
    navegador.abre("/facturas/AJENA/vencimiento.ics", 404)
