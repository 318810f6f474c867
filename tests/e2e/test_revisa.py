"""The checks of the real browser find what they are there for."""

import pytest


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        ("document.querySelector('h1').insertAdjacentHTML('afterend', '<input name=x>')", "label"),
        ("document.body.insertAdjacentHTML('beforeend', '<img src=/static/img/marca.svg>')", "image-alt"),
        ("document.querySelector('h1').style.width = '2000px'", "scrolls sideways"),
        ("document.body.insertAdjacentHTML('beforeend', '<p style=color:red>Rojo</p>')", "Content Security Policy"),
        (
            "document.body.insertAdjacentHTML('beforeend', '<img alt=Foto src=https://otro.example/foto.png>')",
            "asks another site",
        ),
        ("console.error('algo')", "algo"),
    ],
)
def test_a_harmed_page_is_told(pagina, revisa, harm, message):
    pagina.goto("/")
    pagina.evaluate(harm)
    with pytest.raises(AssertionError, match=message):
        revisa(pagina)
