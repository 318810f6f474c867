"""The checks of the test browser find what they are there for."""

import pytest
from bs4 import BeautifulSoup
from paginas import fill, igual, revisa_pagina, swap

PAGE = """<!doctype html>
<html lang="es"><head><meta charset="utf-8"><title>Facturas · Oficina</title></head>
<body><h1>Facturas</h1>{}</body></html>"""
PANEL = '<div id="_panel"><p>{}</p></div>'
NOTICES = '<div id="_avisos" hx-swap-oob="true"><p>Listo</p></div>'


def test_a_good_page_passes():
    revisa_pagina(PAGE.format('<form method="post"><input type="hidden" name="csrf_token" value="x"></form>'))
    revisa_pagina(PAGE.format('<form method="post" action="https://otra.example/"></form>'))


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("<p><b>sin cerrar</p>", "line 3"),
        ("<table><p>fuera</p></table>", "line 3"),
        ("<h1>Otra</h1>", "exactly one h1"),
        ('<p id="a"></p><p id="a"></p>', "id «a» is there 2 times"),
        ('<p aria-describedby="b"></p>', "names «b»"),
        ('<input id="correo" name="correo">', "no label"),
        ('<label for="otro">Correo</label><input id="correo" name="correo">', "no label"),
        ('<form method="post"></form>', "no csrf_token"),
        (
            '<form method="post" action="https://otra.example/"><input type="hidden" name="csrf_token" value="x"></form>',
            "takes our",
        ),
        ('<form action="//otra.example/"><input type="hidden" name="csrf_token" value="x"></form>', "takes our csrf_token"),
        ('<p style="color: red"></p>', "no style attribute"),
        ('<p onclick="x()"></p>', "no onclick attribute"),
        ("<script>x()</script>", "no inline style or script"),
    ],
)
def test_a_broken_page_is_told(broken, message):
    with pytest.raises(AssertionError, match=message):
        revisa_pagina(PAGE.format(broken))


@pytest.mark.parametrize(("right", "wrong"), [('lang="es"', 'lang="en"'), ("<title>Facturas", "<title>Pagos")])
def test_a_page_with_the_wrong_head_is_told(right, wrong):
    with pytest.raises(AssertionError):
        revisa_pagina(PAGE.format("").replace(right, wrong))


def page_with(text: str) -> BeautifulSoup:
    return BeautifulSoup(PAGE.format('<div id="_avisos"></div>' + PANEL.format(text)), "html5lib")


def test_a_swap_makes_the_page_that_is_loaded_afresh():
    igual(swap(page_with("octubre"), PANEL.format("noviembre") + NOTICES, "_panel"), page_with("noviembre"))


def test_a_fragment_that_differs_from_the_fresh_page_is_told():
    with pytest.raises(AssertionError):
        igual(swap(page_with("octubre"), PANEL.format("noviembre"), "_panel"), page_with("diciembre"))


@pytest.mark.parametrize("fragment", [PANEL.format("a") * 2, PANEL.format("a").replace("_panel", "otro"), NOTICES])
def test_a_fragment_that_does_not_fit_is_told(fragment):
    with pytest.raises(AssertionError):
        swap(page_with("octubre"), fragment, "_panel")


def test_what_was_chosen_stays_chosen_around_a_swap():
    form = '<select name="codigo"><option{}>1</option><option{}>2</option></select>'
    before, after = (
        BeautifulSoup(PAGE.format(form.format(*chosen)), "html5lib") for chosen in ((" selected", ""), ("", " selected"))
    )
    igual(fill(before, {"codigo": "2"}), after)
