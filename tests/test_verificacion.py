"""Verificar una factura: the number and the code of a bill tell anybody whether the paper says what was published."""

import re
from collections import Counter
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from fabrica import consultas, un_pago, un_predio, una_entrega, una_factura
from paginas import igual, texto

from oficina.documentos import verificacion
from oficina.models import FacturaVersion, Predio
from oficina.verificacion.routes import NO_COINCIDE

NUMERO = "FV-0099812"
PORTAL = "https://oficina.aguaclara.example"
RAROS = ["A/B 7", "Ñ-10%", "F\"1'<2>", "a&b=c?d#e", "FV+1;2", "../1", "año  2", "\\{{ 7 }}", "\U0001f4a7-1", "ﬁ½²"]


@pytest.fixture
def predio(app):
    return un_predio(
        "700800900", telefono="3105550177", correo="rosa@correo.example", barrio="La Esmeralda", municipio="Puerto Aguaclara"
    )


@pytest.fixture
def factura(predio):
    return una_factura(
        predio.codigo,
        numero=NUMERO,
        referencia="55667788",
        lectura_anterior=1_231_000,
        lectura_actual=1_248_000,
        consumo=17_000,
        saldo_anterior=31_777_00,
        total=84_350_00,
        vence=date(2026, 12, 15),
        cude="c0de" * 24,
    )


def verifica(navegador, numero: str, codigo: str, estado: int = 200):
    navegador.abre("/verificar")
    return navegador.envia("/verificar", "Verificar", estado, numero=numero, codigo=codigo)


def no_coincide(app) -> str:
    return NO_COINCIDE.format(app.config["MARCA_TELEFONO"])


def datos(page) -> dict[str, str]:
    return {texto(row.dt): texto(row.dd) for row in page.select(".datos > div")}


# -- the code -----------------------------------------------------------------------------------------


def test_a_code_is_ten_symbols_that_nobody_takes_for_others_and_is_always_the_same(app):
    code = verificacion.codigo(NUMERO)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code)
    assert verificacion.codigo(NUMERO) == code


def test_codes_of_ten_thousand_bills_are_distinct_and_every_symbol_comes_as_often_in_every_place(app):
    codes = [verificacion.codigo(f"F{serial:08}").replace("-", "") for serial in range(10_000)]
    assert len(set(codes)) == len(codes)
    for place in range(verificacion.LENGTH):
        seen = Counter(code[place] for code in codes)
        assert set(seen) == set(verificacion.SYMBOLS)
        # 312 expected; five standard deviations on either side.
        assert 225 < min(seen.values()) <= max(seen.values()) < 400, f"place {place}: {seen}"


def test_a_code_matches_as_people_type_it(app):
    numero, code = next(
        (numero, code)
        for numero in (f"F{serial}" for serial in range(1000))
        if "0" in (code := verificacion.codigo(numero)) and "1" in code
    )
    plain = code.replace("-", "")
    for typed in (
        *(code, plain, code.lower(), f" {code} ", " ".join(plain), code.replace("-", " - "), code.replace("-", "–")),
        *(code.replace("0", "O"), code.replace("0", "o"), code.replace("1", "I"), code.replace("1", "l"), f"\u00a0{plain}"),
    ):
        assert verificacion.coincide(numero, typed), typed


@pytest.mark.parametrize("typed", ["", "-", "7K3MQ", "ñ" * 10, "\ud83d", "\0", "0" * 10_000, "7K3MQ-9XT2B-7K3MQ"])
def test_what_is_no_code_matches_nothing(app, typed):
    assert not verificacion.coincide(NUMERO, typed)


def test_every_single_wrong_symbol_is_wrong(app):
    code = verificacion.codigo(NUMERO).replace("-", "")
    for place, symbol in enumerate(code):
        for other in verificacion.SYMBOLS.replace(symbol, ""):
            assert not verificacion.coincide(NUMERO, code[:place] + other + code[place + 1 :])


def test_a_new_secret_ends_the_old_codes(app, navegador, factura):
    code = verificacion.codigo(NUMERO)
    app.config["SECRET_KEY"] = "otro secreto, tan largo y tan al azar como el primero"
    assert verificacion.codigo(NUMERO) != code
    assert no_coincide(app) in verifica(navegador, NUMERO, code, 422).texto


def test_without_a_public_address_the_qr_leads_to_this_machine(app):
    assert verificacion.direccion(NUMERO).startswith("http://127.0.0.1:")


@pytest.mark.ajustes(URL_PUBLICA=f"{PORTAL}/")
def test_the_address_is_that_of_the_portal_and_short_enough_for_a_small_qr(app):
    assert verificacion.direccion(NUMERO) == f"{PORTAL}/verificar?numero={NUMERO}&codigo={verificacion.codigo(NUMERO)}"


# -- the page -----------------------------------------------------------------------------------------


def test_number_and_code_of_a_bill_tell_its_four_data(navegador, factura):
    page = verifica(navegador, NUMERO, verificacion.codigo(NUMERO))
    assert datos(page) == {
        "Número de factura": NUMERO,
        "Mes": "noviembre de 2026",
        "Valor": "$ 84.350",
        "Fecha de vencimiento": "15 de diciembre de 2026",
    }
    assert "Compare estos cuatro datos con los del papel" in page.texto
    # For another one.
    assert (page.valor("numero"), page.valor("codigo")) == ("", "")


def test_it_says_how_old_the_information_is(navegador, factura):
    published = datetime(2026, 11, 17, 11, 30)
    una_entrega(publicada=published)
    page = verifica(navegador, NUMERO, verificacion.codigo(NUMERO))
    assert "Información actualizada al 17 de noviembre de 2026, 6:30 a. m." in page.texto


def test_nothing_of_the_person_nor_of_the_rest_of_the_bill_is_told(navegador, factura):
    un_pago("700800900", factura=NUMERO, valor=11_222_00)
    html = verifica(navegador, NUMERO, verificacion.codigo(NUMERO)).cuerpo.decode()
    main = html[html.index("<main") : html.index("</main>")]
    predio = Predio.get_by_id("700800900")
    # What is one digit or a word of everyday says nothing where it stands.
    everywhere = {"estrato", "ciclo", "documento_tipo"}
    private = [str(value) for name, value in predio.__data__.items() if value is not None and name not in everywhere]
    assert len(private) >= 12
    private += [
        "55667788",
        "31.777",
        "1.231",
        "1.248",
        "17 m",
        "11.222",
        "84.350,00",
        "c0de",
        "16 de noviembre",
        "22 de diciembre",
    ]
    assert not [value for value in private if value.lower() in main.lower()]
    assert not re.search(
        r"estrato|consumo|pagad[ao]\b|pendiente|vencida|pag[oó] ", re.sub("ya se pagó", "", main), re.IGNORECASE
    )


def test_a_paid_bill_is_told_like_any_other(navegador, factura):
    code = verificacion.codigo(NUMERO)
    before = verifica(navegador, NUMERO, code)
    un_pago("700800900", factura=NUMERO)
    igual(before.soup, verifica(navegador, NUMERO, code).soup)


def test_a_wrong_code_a_code_of_another_bill_and_an_unknown_number_get_the_same_answer(app, navegador, factura):
    una_factura("700800901", numero="FV-0099813")
    said = []
    for numero, code in (
        (NUMERO, "7K3MQ-9XT2B"),
        (NUMERO, verificacion.codigo("FV-0099813")),
        ("FV-1", "7K3MQ-9XT2B"),
        ("FV-1", verificacion.codigo("FV-1")),
    ):
        page = verifica(navegador, numero, code, 422)
        assert (page.valor("numero"), page.valor("codigo")) == (numero, code)
        assert not datos(page)
        said.append(texto(page.soup.main).replace(numero, ""))
        assert no_coincide(app) in page.lee("#resumen")
    assert len(set(said)) == 1


def test_a_wrong_code_does_not_ask_the_base_about_any_bill(navegador, factura):
    """The answer takes the same time for a number that exists and for one that does not, for the same is done."""
    asked = []
    for numero in (NUMERO, "FV-1"):
        navegador.abre("/verificar")
        with consultas() as statements:
            navegador.envia("/verificar", estado=422, numero=numero, codigo="7K3MQ-9XT2B")
        asked.append(statements)
    assert asked[0] == asked[1]
    assert not [sql for sql in asked[0] if "factura" in sql]


def test_a_bill_that_a_delivery_took_away_does_not_match_any_more(app, navegador, factura):
    code = verificacion.codigo(NUMERO)
    verifica(navegador, NUMERO, code)
    FacturaVersion.update(baja=0).where(FacturaVersion.numero == NUMERO).execute()
    assert no_coincide(app) in verifica(navegador, NUMERO, code, 422).texto


def test_the_number_may_be_typed_in_small_letters_and_with_blanks(navegador, factura):
    page = verifica(navegador, " fv-00 99812 ", verificacion.codigo(NUMERO).lower())
    assert datos(page)["Número de factura"] == NUMERO


@pytest.mark.parametrize(
    ("numero", "code", "field", "message"),
    [
        ("", "7K3MQ-9XT2B", "numero", "Escriba el número de la factura."),
        ("  ", "7K3MQ-9XT2B", "numero", "Escriba el número de la factura."),
        (NUMERO, "", "codigo", "Escriba el código de verificación de la factura."),
        ("9" * 31, "7K3MQ-9XT2B", "numero", "máximo 30 caracteres"),
        (NUMERO, "7" * 41, "codigo", "diez letras y números"),
    ],
)
def test_what_is_missing_or_too_long_is_told(navegador, app, numero, code, field, message):
    page = verifica(navegador, numero, code, 422)
    assert message in page.lee(f"#{field}-error")
    assert page.select(f'#resumen a[href="#{field}"]')


def test_with_htmx_the_answer_is_the_part_of_the_page(navegador, factura):
    code = verificacion.codigo(NUMERO)
    for typed, status in ((code, 200), ("7K3MQ-9XT2B", 422)):
        navegador.abre("/verificar")
        answer = navegador.htmx("POST", "/verificar", "_verificacion", status, numero=NUMERO, codigo=typed)
        igual(answer.pagina, verifica(navegador, NUMERO, typed, status).soup)
        assert "HX-Request" in answer.cabeceras["Vary"]


@pytest.mark.parametrize("numero", [NUMERO, *RAROS])
@pytest.mark.ajustes(URL_PUBLICA="http://localhost")
def test_a_number_of_any_characters_goes_from_the_qr_through_the_page_to_its_bill(navegador, predio, numero):
    una_factura("700800900", numero=numero)
    address = verificacion.direccion(numero)
    assert re.fullmatch(r"http://localhost/verificar\?[A-Za-z0-9%&=._~-]+", address)
    assert parse_qs(urlsplit(address).query)["numero"] == [numero]
    page = navegador.abre(address)
    assert page.valor("numero") == numero
    page = navegador.envia("/verificar")
    assert page.select(".datos dd")[0].text == numero


def test_only_with_both_data_in_the_address_it_verifies_by_itself_and_only_once(navegador, factura):
    code = verificacion.codigo(NUMERO)
    for query, both in (("", False), (f"?numero={NUMERO}", False), (f"?codigo={code}", False), ("?numero=+&codigo=x", False)):
        assert bool(navegador.abre(f"/verificar{query}").select("form[hx-trigger]")) == both, query
    page = navegador.abre(f"/verificar?numero={NUMERO}&codigo={code}")
    assert [form["hx-trigger"] for form in page.select("main form")] == ["load, submit"]
    assert not datos(page), "opening it tells nothing yet"
    answer = navegador.htmx("POST", "/verificar", "_verificacion", numero=NUMERO, codigo=code)
    assert not answer.soup.select("[hx-trigger]")


def test_what_comes_in_the_address_is_only_text(navegador, app):
    page = navegador.abre("/verificar?numero=%22%3E%3Cscript%3E1%3C/script%3E&codigo=%27%3E&numero=2&otro=1")
    assert page.valor("numero") == '">' + "<script>1</script>"
    assert not [tag for tag in page.select("script") if not tag.get("src")]


@pytest.mark.ajustes(URL_PUBLICA="https://localhost/")
def test_the_page_says_where_it_should_be(navegador):
    assert "debe comenzar por https://localhost/ ." in navegador.abre("/verificar").texto


def test_without_a_public_address_it_does_not_say_where_it_should_be(navegador):
    assert "debe comenzar por" not in navegador.abre("/verificar").texto


def test_every_page_links_to_it_at_its_foot(navegador):
    assert [a["href"] for a in navegador.abre("/").select("footer a") if a.text == "Verificar una factura"] == ["/verificar"]


def test_the_code_in_the_address_leaves_neither_to_other_sites_nor_in_a_cache(navegador, factura):
    page = navegador.abre(f"/verificar?numero={NUMERO}&codigo={verificacion.codigo(NUMERO)}")
    assert page.cabeceras["Referrer-Policy"] == "same-origin"
    assert page.cabeceras["Cache-Control"] == "no-store"
    assert verifica(navegador, NUMERO, verificacion.codigo(NUMERO)).cabeceras["Cache-Control"] == "no-store"


@pytest.mark.ajustes(LIMITES=True)
def test_an_address_verifies_sixty_times_an_hour_and_opens_the_page_as_often_as_it_likes(navegador, factura):
    data = {"numero": NUMERO, "codigo": verificacion.codigo(NUMERO)}
    data["csrf_token"] = navegador.abre("/verificar").valor("csrf_token")
    answers = [navegador.pide("POST", "/verificar", data=data).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    page = navegador.envia("/verificar", estado=429, numero=NUMERO, codigo=data["codigo"])
    assert page.h1 == "Demasiados intentos"
    assert not datos(page)
    assert page.cabeceras["Retry-After"] == "3600"
    assert navegador.abre("/verificar").h1 == "Verificar una factura"


def test_without_the_token_of_the_form_nothing_is_verified(navegador, factura):
    response = navegador.pide("POST", "/verificar", data={"numero": NUMERO, "codigo": verificacion.codigo(NUMERO)})
    assert response.status_code == 400
    assert "84.350" not in response.text


@pytest.mark.parametrize("typed", ["7K3MQ", "7K3MQ-9XT2B4", "x" * 5000])
def test_a_code_that_is_not_whole_is_told_apart_from_a_wrong_one(app, navegador, factura, typed):
    page = verifica(navegador, NUMERO, typed, 422)
    assert "Revise que esté completo" in page.texto
    assert no_coincide(app) not in page.texto
