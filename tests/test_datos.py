"""Actualizar datos: the customer keeps personal data up to date, and changes the address that signs in."""

import re
from urllib.parse import urlsplit

import pytest
from fabrica import CLAVE, una_cuenta

from oficina.models import Bitacora, CambioCorreo, ClaveTemporal, Correo, Cuenta, Sesion

ROSA, NUEVO = "rosa@correo.example", "rosa.nueva@correo.example"
GUARDADOS = "Sus datos quedaron actualizados."
# Documents as typed, and as they are kept.
DOCUMENTOS = [
    ("CC", "40.123.456", "40123456"),
    ("CC", "123", "123"),
    ("CE", "1234567", "1234567"),
    ("NIT", "900.123.818-0", "900123818-0"),
    ("NIT", "9001238180", "900123818-0"),
    ("PPT", "1234567", "1234567"),
    ("PP", " ab123456 ", "AB123456"),
    ("TI", "1012345678", "1012345678"),
]


@pytest.fixture
def rosa(navegador):
    cuenta = una_cuenta(ROSA, codigos=["100200300"], direccion="Calle 10 # 5-20", factura_por_correo=1)
    navegador.ya_dentro(cuenta)
    navegador.abre("/datos")
    return cuenta


def guarda(navegador, estado=200, **cambios):
    return navegador.envia("/datos", "Actualizar", estado, **cambios)


def test_the_data_are_in_the_fields(navegador, rosa):
    page = navegador.pagina
    assert page.h1 == "Actualizar datos"
    shown = {name: page.valor(name) for name in ("documento_tipo", "documento", "nombres", "apellidos", "celular", "telefono")}
    assert shown == {
        **{"documento_tipo": "CC", "documento": "40123456", "nombres": "Rosa Elena", "apellidos": "García Peña"},
        **{"celular": "3105550123", "telefono": ""},
    }
    assert (page.valor("direccion"), page.valor("factura_por_correo")) == ("Calle 10 # 5-20", "y")


def test_actualizar_saves_them_and_only_hers(navegador, rosa):
    other = una_cuenta("tomas@correo.example", nombres="Tomás")
    page = guarda(navegador, nombres="Rosa", celular="320 555 0199", telefono="608 555 0111", factura_por_correo=False)
    assert (page.url, page.avisos) == ("/datos", GUARDADOS)
    assert (page.valor("nombres"), page.valor("celular"), page.valor("telefono")) == ("Rosa", "3205550199", "6085550111")
    assert not page.select("[name=factura_por_correo][checked]")
    assert Cuenta.get_by_id(other.id).nombres == "Tomás"
    row = Bitacora.select().order_by(Bitacora.id.desc()).get()
    assert (row.evento, row.detalle) == ("datos_actualizados", "celular factura_por_correo nombres telefono")


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in DOCUMENTOS}))
def test_each_kind_of_document_is_kept_in_one_form(navegador, rosa, kind):
    for typed, kept in [(typed, kept) for one, typed, kept in DOCUMENTOS if one == kind]:
        page = guarda(navegador, documento_tipo=kind, documento=typed)
        assert (page.avisos, page.valor("documento")) == (GUARDADOS, kept)


def test_bad_data_are_told_and_what_was_typed_stays(navegador, rosa):
    page = guarda(navegador, 422, celular="555", nombres="", direccion="Otra")
    assert "comienza por 3" in page.lee("#celular-error")
    assert "Escriba sus nombres." in page.lee("#resumen a[href='#nombres']")
    assert (page.valor("celular"), page.valor("nombres"), page.valor("direccion")) == ("555", "", "Otra")
    assert Cuenta.get().direccion == "Calle 10 # 5-20"


def test_what_is_no_field_of_the_form_cannot_be_changed(navegador, rosa):
    before = Cuenta.select().where(Cuenta.id == rosa.id).dicts().get()
    token = navegador.pagina.valor("csrf_token")
    good = {name: before[name] for name in ("documento_tipo", "documento", "nombres", "apellidos", "celular", "direccion")}
    evil = {
        "id": "1",
        "correo": "otro@correo.example",
        "clave": "x",
        "bloqueada": "",
        "correo_confirmado": "",
        "creada": "2020-01-01",
    }
    response = navegador.pide("POST", "/datos", data=good | evil | {"csrf_token": token, "factura_por_correo": "y"})
    assert response.status_code == 303
    after = Cuenta.select().where(Cuenta.id == rosa.id).dicts().get()
    assert {name for name in after if after[name] != before[name] and (after[name] or before[name])} == set()


def test_what_looks_like_markup_is_shown_as_text(navegador, rosa):
    page = guarda(navegador, nombres="&lt;b&gt;", apellidos="\"'&", direccion="<script>alert(1)</script>")
    assert page.valor("apellidos") == "\"'&"
    assert page.valor("direccion") == "<script>alert(1)</script>"
    assert "Hola, &lt;b&gt;." in navegador.abre("/inicio").texto


@pytest.mark.parametrize("name", ["Pague en https://malo.example", "a@b.example", "<b>Rosa</b>", "Rosa\u202eanele"])
def test_a_name_is_no_place_for_addresses_and_signs(navegador, rosa, name):
    page = guarda(navegador, estado=422, nombres=name)
    assert page.valor("nombres") == name


# -- the address --------------------------------------------------------------------------------------


def pide_cambio(navegador, estado=200, correo=NUEVO, correo2=None, clave=CLAVE):
    navegador.abre("/datos/correo")
    return navegador.envia("/datos/correo", estado=estado, correo=correo, correo2=correo2 or correo, clave=clave)


def enlace(message) -> str:
    return urlsplit(re.search(r"https?://\S+/confirmacion/\S+", message.get_content())[0]).path


def test_the_address_changes_when_the_new_one_confirms_it(navegador, rosa, correo):
    page = pide_cambio(navegador)
    assert page.url == "/datos"
    assert "Le enviamos un correo a la dirección nueva" in page.avisos
    old, new = correo()
    assert (old["To"], old["Subject"]) == (ROSA, "Pidieron cambiar el correo de su cuenta")
    assert NUEVO not in old.get_content()
    assert "r•••@c•••.example" in old.get_content()
    assert (new["To"], new["Subject"]) == (NUEVO, "Confirme su correo nuevo")
    phone = navegador.otro()
    phone.abre(enlace(new))
    assert Cuenta.get().correo == ROSA, "opening the link does not change anything"
    page = phone.envia("main form")
    assert (page.h1, page.avisos) == ("Iniciar sesión", "Su correo quedó cambiado. Inicie sesión con la dirección nueva.")
    assert [message["To"] for message in correo()] == [ROSA, NUEVO]
    assert navegador.abre("/datos").h1 == "Iniciar sesión", "every session ended"
    phone.abre("/ingresar")
    phone.envia(estado=422, correo=ROSA, clave=CLAVE)
    assert phone.envia(correo=NUEVO, clave=CLAVE).url == "/inicio"
    phone.abre(enlace(new), 404)


def test_a_change_kills_the_temporary_password_and_confirms_the_account(navegador, rosa, correo):
    Cuenta.update(correo_confirmado=None).execute()
    ClaveTemporal.crear(rosa.id, 60)
    pide_cambio(navegador)
    navegador.abre(enlace(correo()[1]))
    navegador.envia("main form:not(.aviso)")
    assert not ClaveTemporal.select().exists()
    assert not Sesion.select().exists()
    assert Cuenta.get().correo_confirmado is not None


def test_an_address_of_another_account_gets_the_same_page_and_its_owner_a_mail(navegador, rosa, correo):
    una_cuenta(NUEVO)
    assert "Le enviamos un correo a la dirección nueva" in pide_cambio(navegador).avisos
    assert {message["To"]: message["Subject"] for message in correo()}[NUEVO] == "Ya tiene una cuenta con este correo"
    assert not CambioCorreo.select().exists()


def test_an_address_taken_meanwhile_is_not_taken_away(navegador, rosa, correo):
    pide_cambio(navegador)
    una_cuenta(NUEVO)
    navegador.abre(enlace(correo()[1]))
    page = navegador.envia("main form")
    assert "ya pertenece a otra cuenta" in page.texto
    assert sorted(cuenta.correo for cuenta in Cuenta.select()) == sorted([NUEVO, ROSA])


def test_a_newer_request_replaces_the_link_before(navegador, rosa, correo):
    pide_cambio(navegador)
    first = enlace(correo()[1])
    pide_cambio(navegador, correo="otra@correo.example")
    navegador.abre(first, 404)
    navegador.abre(enlace(correo()[1]))


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"clave": "no es esta clave"}, "clave", "Esa no es su contraseña actual."),
        ({"clave": ""}, "clave", "Escriba su contraseña para confirmar que es usted."),
        ({"correo": ROSA}, "correo", "Ese ya es su correo."),
        ({"correo": "rosa"}, "correo", "Escriba el correo completo"),
        ({"correo2": "otra@correo.example"}, "correo2", "Los dos correos no son iguales."),
    ],
)
def test_a_change_that_cannot_be(navegador, rosa, changes, field, message):
    page = pide_cambio(navegador, 422, **changes)
    assert message in page.lee(f"#{field}-error")
    assert page.valor("correo") == changes.get("correo", NUEVO)
    assert page.valor("clave") == ""
    assert not Correo.select().exists()
    assert not CambioCorreo.select().exists()


@pytest.mark.ajustes(LIMITES=True)
def test_the_password_cannot_be_guessed_here(navegador, rosa):
    token = navegador.abre("/datos/correo").valor("csrf_token")
    data = {"csrf_token": token, "correo": NUEVO, "correo2": NUEVO, "clave": "no es esta clave"}
    answers = [navegador.pide("POST", "/datos/correo", data=data).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
