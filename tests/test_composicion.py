"""What a bill is made of: classes of lines, parts that add up to the total, and where each stands in the bar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oficina.facturas.composicion import CONSUMO, DEUDA, FIJO, OTROS, SUBSIDIO, clase, partes, sumas
from oficina.models.factura import FacturaAnterior, Linea

DIA = date(2026, 11, 16)


def una(total: int, saldo: int = 0, intereses: int = 0) -> FacturaAnterior:
    return FacturaAnterior("F2", "2026-11", None, None, DIA, DIA, 19_000, "real", saldo, intereses, total)


def linea(concepto: str, valor: int, unidad: str | None = None, servicio: str = "acueducto") -> Linea:
    return Linea("F2", 1, servicio, concepto, None, unidad, None, valor)


ORDINARIA = [
    linea("Cargo fijo", 8512_35, "mes"),
    linea("Consumo básico", 37095_52, "m³"),
    linea("Subsidio estrato 2 (40 %)", -18243_15),
    linea("Ajuste al peso", 28, servicio="otros"),
]
TOTAL = 27365_00


@pytest.mark.parametrize(
    ("concepto", "unidad", "esperada"),
    [
        ("Cargo fijo", "mes", FIJO),
        ("CARGO FIJO ALCANTARILLADO", None, FIJO),
        ("Consumo básico", "m³", CONSUMO),
        ("Básico", None, CONSUMO),
        ("Rango suntuario", None, CONSUMO),
        ("Vertimiento", None, CONSUMO),
        ("Tasa retributiva", "M3", CONSUMO),
        ("Tasa de uso", "mt3.", CONSUMO),
        ("Subsidio consumo básico", "m³", SUBSIDIO),
        ("Subsidio cargo fijo", None, SUBSIDIO),
        ("Contribución de solidaridad (50 %)", None, SUBSIDIO),
        ("Aporte solidario", None, SUBSIDIO),
        ("Deuda anterior", None, DEUDA),
        ("Intereses de mora", None, DEUDA),
        ("Saldo a favor", None, DEUDA),
        ("Interés moratorio consumo", None, DEUDA),
        ("Intereses de financiación", None, OTROS),
        ("Medidor nuevo, cuota 3 de 36", None, OTROS),
        ("Reconexión del servicio", None, OTROS),
        ("Ajuste al peso", None, OTROS),
        ("Devolución de consumo por reclamo", "m³", OTROS),
        ("Reintegro de consumo", None, OTROS),
        ("Ajuste de consumo", None, OTROS),
        ("Devolución de subsidio", None, SUBSIDIO),
        ("Demora en la entrega", None, OTROS),
        ("Barrido y limpieza", "mes", OTROS),
        ("", None, OTROS),
    ],
)
def test_the_words_of_a_line_say_what_it_charges(concepto, unidad, esperada):
    assert clase(concepto, unidad) == esperada


def por_nombre(factura, lineas) -> dict[str, int]:
    return {parte.nombre: parte.valor for parte in partes(lineas, sumas(factura, lineas))}


def test_an_ordinary_bill_in_whole_pesos_without_rounding():
    assert por_nombre(una(TOTAL), ORDINARIA) == {"Consumo": 37096_00, "Cargo fijo": 8512_00, "Subsidio": -18243_00}


def test_a_bill_with_centavos_in_centavos():
    lineas = [linea("Cargo fijo", 8512_35), linea("Consumo", 109_411_26)]
    assert por_nombre(una(117_923_61), lineas) == {"Consumo": 109_411_26, "Cargo fijo": 8512_35}


def test_a_contribution_is_charged_not_taken_off():
    lineas = [linea("Consumo", 100_00), linea("Contribución de solidaridad (50 %)", 50_00)]
    assert por_nombre(una(150_00), lineas) == {"Consumo": 100_00, "Contribución de solidaridad": 50_00}


@pytest.mark.parametrize("como", ["lines", "columns", "balance in columns", "twice named"])
def test_arrears_are_counted_once_however_they_were_delivered(como):
    lineas = [*ORDINARIA]
    if como == "lines":
        lineas += [linea("Deuda anterior", 20_000_00), linea("Intereses de mora", 100_00)]
    elif como == "balance in columns":
        lineas += [linea("Intereses de mora", 100_00)]
    elif como == "twice named":
        lineas += [linea("Saldo en mora", 20_100_00)]
    found = por_nombre(una(TOTAL + 20_100_00, 20_000_00, 100_00), lineas)
    assert found["Deuda anterior e intereses"] == 20_100_00
    assert sum(found.values()) == TOTAL + 20_100_00


def test_a_balance_in_favour_is_taken_off():
    assert por_nombre(una(TOTAL - 5_000_00, -5_000_00), ORDINARIA)["Saldo a su favor"] == -5_000_00


def test_what_the_lines_lack_is_among_the_others():
    assert por_nombre(una(TOTAL + 777_00), ORDINARIA)["Otros cobros"] == 777_00
    assert por_nombre(una(TOTAL - 777_00), ORDINARIA)["Otros descuentos"] == -777_00


def test_aseo_is_named():
    lineas = [*ORDINARIA, linea("Barrido y limpieza", 9_000_00, servicio="aseo")]
    assert por_nombre(una(TOTAL + 9_000_00), lineas)["Aseo y otros cobros"] == 9_000_00


def test_without_lines_the_columns_tell():
    assert por_nombre(una(84_350_00, 20_000_00, 350_00), []) == {
        "Deuda anterior e intereses": 20_350_00,
        "Cobros del periodo": 64_000_00,
    }


def test_nothing_is_made_of_nothing():
    assert por_nombre(una(0), []) == {}


def test_what_is_charged_stands_from_the_left_and_what_is_taken_off_at_the_right_end():
    lineas = [linea("Consumo", 600_00), linea("Cargo fijo", 400_00), linea("Subsidio", -300_00), linea("Descuento", -100_00)]
    found = partes(lineas, sumas(una(600_00), lineas))
    assert [(parte.clase, parte.x, parte.ancho) for parte in found] == [
        (CONSUMO, 0, 600),
        (FIJO, 600, 400),
        (SUBSIDIO, 700, 300),
        (OTROS, 600, 100),
    ]


DINERO = st.integers(-(10**13), 10**13)
LINEAS = st.lists(
    st.builds(
        linea,
        st.sampled_from(["Consumo básico", "Cargo fijo", "Subsidio", "Deuda anterior", "Intereses de mora", "Reconexión", "ñ"]),
        DINERO,
        st.sampled_from([None, "m³", "mes"]),
        st.sampled_from(["acueducto", "aseo", "otros"]),
    ),
    max_size=8,
)


@given(DINERO, DINERO, DINERO, LINEAS)
def test_the_parts_always_add_up_to_the_total_and_stay_inside_the_bar(total, saldo, intereses, lineas):
    factura = una(total, saldo, intereses)
    total_by_class = sumas(factura, lineas)
    assert sum(total_by_class.values()) == total
    found = partes(lineas, total_by_class)
    assert sum(parte.valor for parte in found) == total
    assert all(0 <= parte.x <= 1000 and 0 <= parte.x + parte.ancho <= 1000 for parte in found)
