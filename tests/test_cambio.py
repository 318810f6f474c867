"""¿Por qué cambió mi factura?: sentences whose amounts add up to the difference, whatever was delivered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oficina.facturas.cambio import FALTA_UN_PERIODO, FRASES, SE_CRUZAN, ConLineas, motivos, nota
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
        "Consumió más agua por día (545 litros y no 500): $ 1.500 más",
    ]
    assert frases(factura(12, 28), factura(15)) == [
        "Se facturaron 28 días y no 30: $ 1.000 menos",
        "Consumió menos agua por día (429 litros y no 500): $ 2.000 menos",
    ]


def test_where_nothing_was_consumed_the_days_do_not_matter():
    assert frases(factura(0, 28), factura(5)) == ["No consumió agua este periodo (5 m³ en el anterior): $ 5.000 menos"]
    assert frases(factura(5, 33), factura(0)) == ["Consumió 5 m³ y en el periodo anterior no consumió agua: $ 5.000 más"]
    # Some systems deliver no line for what was not consumed.
    nothing = factura(0, 28, lineas=factura().lineas[:1], consumo=0)
    assert frases(nothing, factura(5)) == ["No consumió agua este periodo (5 m³ en el anterior): $ 5.000 menos"]
    assert frases(factura(5), nothing) == ["Consumió 5 m³ y en el periodo anterior no consumió agua: $ 5.000 más"]


def fijos(*cargos, **datos) -> ConLineas:
    """A bill with these fixed charges, as (servicio, cantidad, unidad, tarifa), and 14 m³."""
    lineas = [
        Linea("F", n, servicio, "Cargo fijo", cantidad * 1000, unidad, tarifa * 100, tarifa * cantidad)
        for n, (servicio, cantidad, unidad, tarifa) in enumerate(cargos, 1)
    ]
    return factura(lineas=[*lineas, factura().lineas[1]], **datos)


def test_more_fixed_charges_are_no_new_tariff():
    one = fijos(("acueducto", 1, "mes", 5000_00))
    assert frases(fijos(("acueducto", 2, "meses", 5000_00)), one) == ["Se cobran 2 meses de cargo fijo y no 1: $ 5.000 más"]
    assert frases(one, fijos(("acueducto", 2, "mes", 5000_00))) == ["Se cobra 1 mes de cargo fijo y no 2: $ 5.000 menos"]
    assert frases(fijos(("acueducto", 2, "mes", 5500_00)), one) == [
        "Se cobran 2 meses de cargo fijo y no 1: $ 5.000 más",
        "El cargo fijo fue mayor: $ 1.000 más",
    ]
    assert frases(fijos(("acueducto", 24, "und", 5000_00)), fijos(("acueducto", 20, "und", 5000_00))) == [
        "Se cobran 24 cargos fijos y no 20: $ 20.000 más"
    ]
    two = fijos(("acueducto", 1, "mes", 5000_00), ("alcantarillado", 1, "mes", 3000_00))
    mixed = fijos(("acueducto", 2, "mes", 5000_00), ("alcantarillado", 3, "mes", 3000_00))
    assert frases(mixed, two) == ["Se cobran más cargos fijos: $ 11.000 más"]


def test_a_service_that_only_one_bill_has_is_told_by_itself():
    sewer = [
        Linea("F", 5, "alcantarillado", "Cargo fijo", 1000, "mes", 5288_0000, 5288_00),
        Linea("F", 6, "alcantarillado", "Vertimiento", 14_000, "m³", 500_0000, 7000_00),
        Linea("F", 7, "alcantarillado", "Subsidio", None, None, None, -1000_00),
    ]
    now = factura(14, tarifa=1010_00)
    now = factura(14, tarifa=1010_00, lineas=[*now.lineas, *sewer])
    assert frases(now, factura()) == ["Ahora cobra alcantarillado y antes no: $ 11.288 más", "Subió la tarifa: $ 140 más"]
    assert frases(factura(), now) == ["Ya no cobra alcantarillado: $ 11.288 menos", "Bajó la tarifa: $ 140 menos"]
    aseo = Linea("F", 8, "aseo", "Barrido", None, None, None, 9000_00)
    other = factura(lineas=[*factura().lineas, aseo])
    assert frases(now, other)[:2] == ["Ahora cobra alcantarillado y antes no: $ 11.288 más", "Ya no cobra aseo: $ 9.000 menos"]


def test_a_new_charge_by_the_cubic_metre_is_no_water():
    vertimiento = Linea("F", 3, "alcantarillado", "Vertimiento", 14_000, "m³", 500_0000, 7000_00)
    fijo = Linea("F", 4, "alcantarillado", "Cargo fijo", 1000, "mes", 3000_0000, 3000_00)
    then = factura(lineas=[*factura().lineas, fijo])
    now = factura(lineas=[*factura().lineas, fijo, vertimiento])
    assert frases(now, then) == ["Trae un cobro nuevo, «Vertimiento»: $ 7.000 más"]
    assert frases(then, now) == ["Ya no cobra «Vertimiento»: $ 7.000 menos"]
    assert frases(now, factura(lineas=[*factura().lineas, vertimiento])) == ["Trae un cobro nuevo, «Cargo fijo»: $ 3.000 más"]


def test_a_refund_is_no_consumption():
    for name in ("Devolución de consumo por reclamo", "Reintegro consumo", "Ajuste de consumo"):
        assert frases(factura(otras=[(name, -12_000_00)]), factura()) == [f"Trae un descuento nuevo, «{name}»: $ 12.000 menos"]


def test_bills_with_centavos_are_told_to_the_centavo():
    assert frases(factura(15, tarifa=1000_37), factura(14, tarifa=1000_37)) == [
        "Consumió 1 m³ más que en la factura anterior: $ 1.000,37 más"
    ]
    # Between two that have the same centavos too.
    then = factura(14, fijo=5000_40, otras=[("Aseo", 4000_10)])
    assert frases(factura(15, fijo=5000_40, otras=[("Aseo", 4100_10)]), then) == [
        "Consumió 1 m³ más que en la factura anterior: $ 1.000 más",
        "«Aseo» costó más: $ 100 más",
    ]
    assert frases(factura(15, fijo=5001_00, otras=[("Aseo", 4000_50)]), then) == [
        "Consumió 1 m³ más que en la factura anterior: $ 1.000 más",
        "El cargo fijo fue mayor: $ 0,60 más",
        "Cambiaron otros cobros: $ 0,40 más",
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
    assert frases(factura(otras=con), factura()) == ["Ahora le descuentan subsidio: $ 2.000 menos"]
    assert frases(factura(), factura(otras=con)) == ["Ya no le descuentan subsidio: $ 2.000 más"]
    assert frases(factura(otras=[("Subsidio estrato 2 (40 %)", -2500_00)]), factura(otras=con)) == [
        "Le descontaron más subsidio: $ 500 menos"
    ]
    aporte = [("Contribución de solidaridad", 900_00)]
    assert frases(factura(otras=[("Contribución de solidaridad", 1000_00)]), factura(otras=aporte)) == [
        "Le cobraron más contribución de solidaridad: $ 100 más"
    ]
    assert frases(factura(otras=aporte), factura(otras=con)) == ["Cambiaron el subsidio y la contribución: $ 2.900 más"]


def test_arrears():
    debe = [("Deuda anterior", 20_000_00), ("Intereses de mora", 100_00)]
    assert frases(factura(otras=debe), factura()) == ["Trae una deuda anterior: $ 20.100 más"]
    assert frases(factura(), factura(otras=debe)) == ["Ya no trae deuda anterior: $ 20.100 menos"]
    assert frases(factura(otras=debe), factura(otras=debe[:1])) == ["La deuda anterior y sus intereses aumentaron: $ 100 más"]
    favor = [("Saldo a favor", -3000_00)]
    assert frases(factura(otras=favor), factura()) == ["Trae un saldo a su favor: $ 3.000 menos"]
    assert frases(factura(), factura(otras=favor)) == ["Ya no trae el saldo a su favor: $ 3.000 más"]
    assert frases(factura(otras=[("Saldo a favor", -1000_00)]), factura(otras=favor)) == [
        "El saldo a su favor es menor: $ 2.000 más"
    ]


def test_other_charges_are_named():
    reconexion = ("Reconexión del servicio", 38_000_00)
    assert frases(factura(otras=[reconexion]), factura()) == ["Trae un cobro nuevo, «Reconexión del servicio»: $ 38.000 más"]
    assert frases(factura(), factura(otras=[reconexion])) == ["Ya no cobra «Reconexión del servicio»: $ 38.000 menos"]
    assert frases(factura(otras=[("Descuento", -50_00)]), factura()) == ["Trae un descuento nuevo, «Descuento»: $ 50 menos"]
    assert frases(factura(otras=[("Aseo", 5_00_00)]), factura(otras=[("Aseo", 4_00_00)])) == ["«Aseo» costó más: $ 100 más"]
    assert frases(factura(), factura(otras=[("Descuento", -50_00)])) == ["Ya no le descuentan «Descuento»: $ 50 más"]
    assert frases(factura(otras=[("Descuento", -70_00)]), factura(otras=[("Descuento", -50_00)])) == [
        "Le descontaron más por «Descuento»: $ 20 menos"
    ]
    medidor = ("Medidor nuevo, cuota 1 de 12", 7000_00)
    assert frases(factura(otras=[reconexion, medidor]), factura()) == [
        "Trae cobros nuevos, «Reconexión del servicio» y «Medidor nuevo, cuota 1 de 12»: $ 45.000 más"
    ]
    assert frases(factura(otras=[reconexion]), factura(otras=[medidor])) == [
        "Trae un cobro nuevo, «Reconexión del servicio»; ya no cobra «Medidor nuevo, cuota 1 de 12»: $ 31.000 más"
    ]
    many = [reconexion, ("Visita técnica", 9000_00), ("Sello", 100_00), ("Ajuste al peso", 3)]
    assert frases(factura(otras=many), factura(total=19_000_00)) == [
        "Trae cobros nuevos, «Reconexión del servicio» y «Visita técnica»; y otros cambios: $ 47.100,03 más"
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
    assert found[0].startswith("Se facturaron 33 días y no 30; consumió más agua por día (606 litros y no 467)")


def test_nine_reasons_are_told_in_five():
    otras = [("Subsidio", -100_00), ("Deuda anterior", 900_00), ("Visita", 50_00)]
    now, then = factura(20, 33, tarifa=1100_00, otras=otras), factura(14)
    sewer = Linea("F", 8, "alcantarillado", "Cargo fijo", 1000, "mes", 3000_0000, 3000_00)
    aseo = Linea("F", 8, "aseo", "Barrido", None, None, None, 9000_00)
    two = now.lineas[0]._replace(cantidad=2000, valor=10_000_00)
    now = factura(20, 33, lineas=[two, *now.lineas[1:], sewer])
    found = frases(now, factura(14, lineas=[*then.lineas, aseo]))
    assert found == [
        "Se facturaron 33 días y no 30; consumió más agua por día (606 litros y no 467): $ 6.000 más",
        "Ahora cobra alcantarillado y antes no; ya no cobra aseo; trae un cobro nuevo, «Visita»: $ 5.950 menos",
        "Se cobran 2 meses de cargo fijo y no 1; subió la tarifa: $ 7.000 más",
        "Ahora le descuentan subsidio: $ 100 menos",
        "Trae una deuda anterior: $ 900 más",
    ]


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
    ("dias", "datos", "dicha"),
    [
        (31, {"hasta": date(2026, 11, 10)}, None),
        (31, {"hasta": date(2026, 12, 10)}, FALTA_UN_PERIODO),
        (61, {"hasta": date(2026, 11, 10)}, SE_CRUZAN),
        (None, {"periodo": "2026-11"}, None),
        (None, {"periodo": "2026-12"}, None),
        (None, {"periodo": "2027-01"}, FALTA_UN_PERIODO),
        (None, {"periodo": "2026-10"}, SE_CRUZAN),
    ],
)
def test_bills_of_periods_that_do_not_follow_say_so(dias, datos, dicha):
    assert nota(factura(dias=dias, **datos), factura()) == dicha


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
