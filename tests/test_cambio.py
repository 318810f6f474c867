"""¿Por qué cambió mi factura?: sentences whose amounts add up to the difference, whatever was delivered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oficina.facturas.cambio import FRASES, ConLineas, motivos, nota
from oficina.models.factura import FacturaAnterior, Linea

HASTA = date(2026, 10, 10)


def factura(m3=14, dias=30, *, tarifa=1000_00, fijo=5000_00, otras=(), hasta=HASTA, lineas=None, **datos) -> ConLineas:
    """A bill of one service. ``tarifa`` in centavos; ``otras``: more lines as (concepto, valor)."""
    if lineas is None:
        charges = [
            Linea("F", 1, "acueducto", "Cargo fijo", 1000, "mes", fijo * 100, fijo),
            Linea("F", 2, "acueducto", "Consumo básico", m3 * 1000, "m³", tarifa * 100, tarifa * m3),
        ]
        lineas = [
            *charges,
            *(Linea("F", 3 + n, "otros", name, None, None, None, value) for n, (name, value) in enumerate(otras)),
        ]
    fields = {
        "numero": "F",
        "periodo": "2026-10",
        "desde": hasta - timedelta(days=dias - 1) if dias else None,
        "hasta": hasta,
        "expedida": hasta,
        "vence": hasta,
        "consumo": m3 * 1000,
        "lectura_tipo": "real",
        "saldo_anterior": 0,
        "intereses": 0,
        "total": sum(linea.valor for linea in lineas),
    }
    return ConLineas.con(FacturaAnterior(**(fields | datos)), lineas)


def frases(actual: ConLineas, anterior: ConLineas) -> list[str]:
    found = motivos(actual, anterior)
    assert sum(motivo.valor for motivo in found) == actual.datos.total - anterior.datos.total
    return [f"{motivo.texto}: {motivo.monto}".replace("\u00a0", " ") for motivo in found]


def test_more_water():
    assert frases(factura(18), factura(14)) == ["Consumió 4 m³ más que en la factura anterior: $ 4.000 más"]
    assert frases(factura(10), factura(14)) == ["Consumió 4 m³ menos que en la factura anterior: $ 4.000 menos"]


def test_a_new_range_is_more_water_too():
    costly = Linea("F", 3, "acueducto", "Consumo complementario", 3000, "m³", 2000_0000, 6000_00)
    now = factura(16)
    with_range = factura(16, lineas=[*now.lineas, costly], consumo=19_000)
    assert frases(with_range, factura(16)) == ["Consumió 3 m³ más que en la factura anterior: $ 6.000 más"]


def test_more_days_explain_their_part_of_the_water():
    assert frases(factura(18, 33), factura(15)) == [
        "Se facturaron 33 días y no 30: $ 1.500 más",
        "Aparte de los días, consumió 1,5 m³ más que en la factura anterior: $ 1.500 más",
    ]


def test_days_never_explain_more_than_there_is_to_explain():
    assert frases(factura(15, 60), factura(14)) == ["Se facturaron 60 días y no 30: $ 1.000 más"]
    assert frases(factura(13, 33), factura(14)) == ["Consumió 1 m³ menos que en la factura anterior: $ 1.000 menos"]
    assert frases(factura(14, 33), factura(14)) == []


def test_the_tariff_is_what_the_water_does_not_explain():
    assert frases(factura(14, tarifa=1100_00), factura(14)) == ["Subió la tarifa: $ 1.400 más"]
    assert frases(factura(14, tarifa=900_00, fijo=4900_00), factura(14)) == ["Bajó la tarifa: $ 1.500 menos"]
    assert frases(factura(18, tarifa=1100_00), factura(14)) == [
        "Consumió 4 m³ más que en la factura anterior: $ 4.000 más",
        "Subió la tarifa: $ 1.800 más",
    ]
    assert frases(factura(14, fijo=5500_00), factura(14)) == ["El cargo fijo fue mayor: $ 500 más"]
    assert frases(factura(14, fijo=0), factura(14)) == ["El cargo fijo fue menor: $ 5.000 menos"]


def test_without_quantities_the_consumption_of_the_bill_is_taken():
    def bare(m3, valor):
        return factura(m3, lineas=[Linea("F", 1, "acueducto", "Consumo", None, None, None, valor)])

    assert frases(bare(18, 18_000_00), bare(14, 14_000_00)) == ["Consumió 4 m³ más que en la factura anterior: $ 4.000 más"]
    assert frases(bare(18, 19_800_00), bare(14, 14_000_00))[1] == "Subió la tarifa: $ 1.800 más"
    # Rounding to the peso is no new tariff.
    assert len(frases(bare(18, 18_001_00), bare(14, 14_000_00))) == 1


def test_subsidy_and_contribution():
    con = [("Subsidio estrato 2 (40 %)", -2000_00)]
    assert frases(factura(otras=con), factura()) == ["Trae subsidio y antes no: $ 2.000 menos"]
    assert frases(factura(), factura(otras=con)) == ["Ya no trae subsidio: $ 2.000 más"]
    assert frases(factura(otras=[("Subsidio estrato 2 (40 %)", -2500_00)]), factura(otras=con)) == [
        "El subsidio fue mayor: $ 500 menos"
    ]
    aporte = [("Contribución de solidaridad", 900_00)]
    assert frases(factura(otras=[("Contribución de solidaridad", 1000_00)]), factura(otras=aporte)) == [
        "La contribución de solidaridad fue mayor: $ 100 más"
    ]
    assert frases(factura(otras=aporte), factura(otras=con)) == ["Cambiaron el subsidio y la contribución: $ 2.900 más"]


def test_arrears():
    debe = [("Deuda anterior", 20_000_00), ("Intereses de mora", 100_00)]
    assert frases(factura(otras=debe), factura()) == ["Trae una deuda anterior: $ 20.100 más"]
    assert frases(factura(), factura(otras=debe)) == ["Ya no trae deuda anterior: $ 20.100 menos"]
    assert frases(factura(otras=debe), factura(otras=debe[:1])) == ["La deuda anterior es mayor: $ 100 más"]
    favor = [("Saldo a favor", -3000_00)]
    assert frases(factura(otras=favor), factura()) == ["Trae un saldo a su favor: $ 3.000 menos"]
    assert frases(factura(), factura(otras=favor)) == ["Ya no trae el saldo a su favor: $ 3.000 más"]
    assert frases(factura(otras=[("Saldo a favor", -1000_00)]), factura(otras=favor)) == [
        "El saldo a su favor es menor: $ 2.000 más"
    ]


def test_other_charges_are_named():
    reconexion = ("Reconexión del servicio", 38_000_00)
    assert frases(factura(otras=[reconexion]), factura()) == ["Trae otro cobro (Reconexión del servicio): $ 38.000 más"]
    assert frases(factura(), factura(otras=[reconexion])) == ["Ya no trae otro cobro (Reconexión del servicio): $ 38.000 menos"]
    assert frases(factura(otras=[("Descuento", -50_00)]), factura()) == ["Trae otro descuento (Descuento): $ 50 menos"]
    assert frases(factura(otras=[("Aseo", 5_00_00)]), factura(otras=[("Aseo", 4_00_00)])) == [
        "Cambió otro cobro (Aseo): $ 100 más"
    ]
    many = [reconexion, ("Visita técnica", 9000_00), ("Sello", 100_00), ("Ajuste al peso", 3)]
    assert frases(factura(otras=many), factura(total=19_000_00)) == [
        "Cambiaron otros cobros (Reconexión del servicio, Visita técnica y otros): $ 47.100,03 más"
    ]


def test_the_next_instalment_of_the_same_is_no_change():
    three, four = (("Medidor nuevo, cuota 3 de 36", 7000_00), ("Medidor nuevo, cuota 4 de 36", 7000_00))
    assert frases(factura(15, otras=[four]), factura(14, otras=[three])) == [
        "Consumió 1 m³ más que en la factura anterior: $ 1.000 más"
    ]


def test_rounding_is_nobodys_reason():
    assert frases(factura(15, otras=[("Ajuste al peso", 28)]), factura(otras=[("Ajuste al peso", 28)])) == [
        "Consumió 1 m³ más que en la factura anterior: $ 1.000 más"
    ]
    then = factura(fijo=5000_28, otras=[("Ajuste al peso", -28)])
    assert frases(factura(15, fijo=5001_03, otras=[("Ajuste al peso", -3)]), then) == [
        "Consumió 1 m³ más que en la factura anterior: $ 1.001 más"
    ]


def test_six_reasons_are_told_in_five():
    otras = [("Subsidio", -100_00), ("Deuda anterior", 900_00), ("Visita", 50_00)]
    found = frases(factura(20, 33, tarifa=1100_00, otras=otras), factura(14))
    assert len(found) == FRASES
    assert found[0].startswith("Se facturaron 33 días y no 30; aparte de los días, consumió 4,6 m³ más")


def test_an_average_is_said():
    assert frases(factura(18, lectura_tipo="promedio"), factura(14)) == [
        "Consumió 4 m³ más que en la factura anterior (es un promedio: no se leyó el medidor): $ 4.000 más"
    ]
    assert "(el anterior fue un promedio)" in frases(factura(18), factura(14, lectura_tipo="promedio"))[0]


def test_the_volume_is_said_only_where_it_tells_the_same_as_the_money():
    assert frases(factura(18, consumo=None), factura(14)) == ["El consumo costó más: $ 4.000 más"]
    assert frases(factura(18, consumo=13_000), factura(14)) == ["El consumo costó más: $ 4.000 más"]


@pytest.mark.parametrize("cual", ["esta", "la anterior", "la anterior ni de esta"])
def test_without_lines_arrears_and_charges_are_told_apart_and_why(cual):
    whole, bare = factura(18), factura(lineas=[], total=30_000_00, saldo_anterior=10_000_00)
    actual = bare if "esta" in cual else whole
    anterior = factura(lineas=[], total=19_000_00) if "anterior" in cual else whole
    found = frases(actual, anterior)
    if actual is bare:
        assert "Trae una deuda anterior: $ 10.000 más" in found
    assert any(text.startswith("Los cobros del periodo fueron") for text in found)
    assert f"el detalle de {cual}:" in nota(actual, anterior)


@pytest.mark.parametrize(
    ("dias", "datos", "seguidas"),
    [
        (31, {"hasta": date(2026, 11, 10)}, True),
        (31, {"hasta": date(2026, 12, 10)}, False),
        (None, {"periodo": "2026-11"}, True),
        (None, {"periodo": "2026-12"}, True),
        (None, {"periodo": "2027-01"}, False),
        (None, {"periodo": "2026-10"}, False),
    ],
)
def test_bills_of_periods_that_do_not_follow_say_so(dias, datos, seguidas):
    assert nota(factura(dias=dias, **datos), factura()) == (
        None if seguidas else "Las dos facturas no son de periodos seguidos."
    )


def test_dates_and_volumes_that_make_no_sense_are_no_exception():
    odd = factura(0, 0, hasta=None, desde=None, consumo=0)
    backwards = factura(14, -5)
    for actual in (odd, backwards, factura()):
        for anterior in (odd, backwards, factura()):
            assert len(frases(actual, anterior)) <= FRASES


# -- whatever is delivered ----------------------------------------------------------------------------

DINERO = st.integers(-(10**8), 10**8)
CONCEPTOS = [
    "Cargo fijo",
    "Consumo básico",
    "Consumo complementario",
    "Vertimiento",
    "Subsidio",
    "Contribución",
    "Deuda anterior",
]
CONCEPTOS += ["Intereses de mora", "Reconexión", "Cuota 3 de 12", "Cuota 4 de 12", "Ajuste al peso", "Barrido"]
LINEA = st.builds(
    Linea,
    st.just("F"),
    st.just(1),
    st.sampled_from(["acueducto", "alcantarillado", "aseo", "otros"]),
    st.sampled_from(CONCEPTOS),
    st.none() | st.integers(-(10**6), 10**6),
    st.sampled_from([None, "m³", "mes"]),
    st.none() | st.integers(0, 10**8),
    DINERO,
)
DIA = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def facturas(draw) -> ConLineas:
    lineas = draw(st.lists(LINEA, max_size=10))
    datos = FacturaAnterior(
        numero="F",
        periodo=draw(st.sampled_from(["2026-10", "2026-11", "2025-01"])),
        desde=draw(DIA),
        hasta=draw(DIA),
        expedida=HASTA,
        vence=HASTA,
        consumo=draw(st.none() | st.integers(0, 10**6)),
        lectura_tipo=draw(st.sampled_from([None, "real", "promedio"])),
        saldo_anterior=draw(DINERO),
        intereses=draw(DINERO),
        total=draw(DINERO | st.just(sum(linea.valor for linea in lineas))),
    )
    return ConLineas.con(datos, lineas)


@given(facturas(), facturas())
def test_any_two_bills_are_explained_to_the_centavo_in_five_sentences(actual, anterior):
    found = motivos(actual, anterior)
    assert len(found) <= FRASES
    assert all(motivo.valor for motivo in found)
    assert sum(motivo.valor for motivo in found) == actual.datos.total - anterior.datos.total
    assert all(motivo.texto and motivo.monto for motivo in found)
    nota(actual, anterior)
