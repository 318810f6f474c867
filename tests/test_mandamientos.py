"""Mandamiento de pago: whether a coercive collection process was begun, in plain words."""

from datetime import date

import pytest
from fabrica import un_mandamiento, una_cuenta

from oficina.mandamientos.estados import ESTADOS
from oficina.models.mandamiento import ESTADOS as IN_THE_MODEL

CODIGO = "100200300"
INFORMATIVA = "Esta consulta es informativa y no constituye notificación del acto administrativo."
# What a customer must understand of each.
PALABRAS = {
    "persuasivo": "Todavía no hay mandamiento de pago",
    "librado": "La empresa ordenó el pago de la deuda",
    "notificado": "Usted ya fue notificado",
    "excepciones": "Usted presentó excepciones",
    "ejecucion": "seguir con el cobro",
    "medidas": "como un embargo",
    "acuerdo": "el proceso está suspendido mientras se cumpla",
    "terminado": "Este proceso ya terminó",
}


@pytest.fixture
def rosa(navegador):
    cuenta = una_cuenta(codigos=[CODIGO, "100200301"])
    navegador.ya_dentro(cuenta)
    return cuenta


def datos(page) -> dict[str, str]:
    names, values = page.select("section dt"), page.select("section dd")
    return {name.text: " ".join(value.text.split()) for name, value in zip(names, values, strict=True)}


def test_every_state_has_its_words():
    assert set(ESTADOS) == set(IN_THE_MODEL) == set(PALABRAS)


@pytest.mark.parametrize("estado", IN_THE_MODEL)
def test_each_state_is_explained_with_what_to_do(navegador, rosa, estado):
    un_mandamiento(CODIGO, estado=estado)
    page = navegador.abre("/mandamientos")
    assert page.lee("section h2") == ESTADOS[estado].nombre
    assert PALABRAS[estado] in page.texto
    assert f"Qué hacer: {ESTADOS[estado].que_hacer}" in page.texto
    assert ("no termina por sí solo el proceso" in page.texto) == (estado != "terminado")
    assert INFORMATIVA in page.texto


def test_the_process_shows_its_dates_amounts_and_cut_off(navegador, rosa):
    un_mandamiento(
        CODIGO,
        proceso="2026-00461",
        mandamiento="MP-461",
        medidas="Embargo de cuenta de ahorros",
        facturas="F1 F2",
        contacto=None,
    )
    page = navegador.abre("/mandamientos")
    assert page.h1 == "Mandamiento de pago"
    assert datos(page) == {
        **{"Proceso": "2026-00461", "Mandamiento de pago": "MP-461", "Fecha": "3 de agosto de 2026"},
        **{"Notificado el": "18 de agosto de 2026", "Facturas que se cobran": "F1, F2"},
        "Fecha límite para pagar o presentar excepciones": "8 de septiembre de 2026",
        **{"Medidas": "Embargo de cuenta de ahorros", "Capital": "$ 612.400", "Intereses": "$ 48.300"},
        **{"Costas": "$ 30.000", "Total": "$ 690.700"},
    }
    assert page.lee("section h3") == "Valores con corte al 16 de noviembre de 2026"
    assert "Calle 10 n.º 5-20" in page.lee("section")


def test_what_was_not_delivered_is_left_out(navegador, rosa):
    un_mandamiento(CODIGO, estado="persuasivo", mandamiento=None, notificado=None, limite=None, facturas=None)
    assert set(datos(navegador.abre("/mandamientos"))) == {"Proceso", "Fecha", "Capital", "Intereses", "Costas", "Total"}


def test_the_newest_process_comes_first(navegador, rosa):
    un_mandamiento(CODIGO, fecha=date(2024, 1, 1), estado="terminado")
    un_mandamiento("100200301", fecha=date(2026, 1, 1), estado="librado")
    page = navegador.abre("/mandamientos")
    assert [heading.text for heading in page.select("section h2")] == ["Mandamiento de pago librado", "Proceso terminado"]


def test_who_has_none_is_told_and_that_it_is_no_clearance(navegador, rosa):
    un_mandamiento("200200200", medidas="Embargo ajeno")
    una_cuenta("tomas@correo.example", codigos=["200200200"])
    page = navegador.abre("/mandamientos")
    assert page.lee("section h2") == "No registra mandamiento de pago"
    assert "Esta consulta no es un paz y salvo." in page.texto
    assert INFORMATIVA in page.texto
    assert "Embargo" not in page.texto


def test_each_look_leaves_a_trace_without_names(navegador, rosa, caplog):
    un_mandamiento(CODIGO)
    with caplog.at_level("INFO", "oficina.mandamientos"):
        navegador.abre("/mandamientos")
    assert f"consulta de mandamientos: cuenta {rosa.id}, procesos 1" in caplog.text
    assert "García" not in caplog.text
