"""Money, quantities and dates as Colombia writes them (docs/glosario.md; Babel es_CO)."""

from datetime import date, datetime

import pytest

from oficina import formats

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("centavos", "shown"),
    [
        (8435000, "$ 84.350"),
        (0, "$ 0"),
        (99, "$ 0,99"),
        (-8435050, "-$ 84.350,50"),
        (12345678901234, "$ 123.456.789.012,34"),
        (None, "—"),
    ],
)
def test_money_shows_centavos_only_where_there_are_some(centavos, shown):
    assert formats.pesos(centavos) == shown.replace("$ ", f"${NBSP}")


def test_the_lines_of_a_bill_always_have_two_decimals():
    assert formats.pesos_exactos(-231847) == f"-${NBSP}2.318,47"
    assert formats.pesos_exactos(5700000) == f"${NBSP}57.000,00"


def test_tariffs_and_quantities_keep_the_decimals_they_have():
    assert formats.tarifa(23184712) == f"${NBSP}2.318,4712"
    assert formats.cantidad(16000) == "16"
    assert formats.metros_cubicos(19500) == f"19,5{NBSP}m³"


def test_days_and_periods_are_written_out():
    assert formats.fecha(date(2026, 12, 15)) == "15 de diciembre de 2026"
    assert formats.fecha_corta(date(2026, 12, 5)) == "05/12/2026"
    assert formats.periodo("2026-11") == "noviembre de 2026"


def test_an_instant_in_utc_is_shown_on_the_clock_of_bogota():
    assert formats.instante(datetime(2026, 12, 16, 3, 7)).startswith("15 de diciembre de 2026, 10:07")


def test_an_address_is_recognised_by_its_owner_only():
    assert formats.correo_oculto("juana@dominio.example") == "j•••@d•••.example"
