"""A code with another holder: the account of the old one sees what it saw, and nothing newer, until the staff decides."""

from datetime import timedelta

import papel
import pytest
from fabrica import consultas, un_mandamiento, un_pago, un_predio, una_cuenta, una_factura

from oficina import db, entregas
from oficina.formats import hoy
from oficina.models import Asociacion, PredioVersion, UltimaFactura

CODIGO, OTRO = "00012", "00013"
NUEVO = {"nombre": "TOMÁS NIÑO ÁVILA", "documento": "79555111", "telefono": "3115550999", "correo": "tomas@correo.example"}
AVISO = f"La empresa registró otro titular para el código {CODIGO}"
NADA = "1900-01-01"
PAGES = ("/inicio", "/datos", "/codigos", "/facturas", f"/facturas?codigo={CODIGO}", "/facturas/F2/pago", "/pagos")
PAGES += ("/mandamientos", "/contrasena", "/salir")

ANTES = {
    "predios": "codigo;nombre;documento;direccion;uso\n"
    "00012;ROSA ELENA GARCÍA PEÑA;40123456;CL 10 5 20;comercial\n00013;OTRA;222;KR 5 12 40;comercial\n",
    "facturas": "numero;codigo;periodo;expedida;vence;total\n"
    "F1;00012;2020-08;2020-09-03;2020-09-18;10000\nF2;00012;2020-09;2020-10-03;2020-10-18;20000\n",
    "pagos": "id;codigo;factura;fecha;valor\nP1;00012;F1;2020-09-10;10000\n",
    "mandamientos": "proceso;codigo;fecha;estado;capital;corte\nPC-1;00012;2020-08-03;librado;1000;2020-08-03\n",
}
DESPUES = {
    "predios": "codigo;nombre;documento;telefono;correo;direccion;uso\n"
    f"00012;{NUEVO['nombre']};{NUEVO['documento']};{NUEVO['telefono']};{NUEVO['correo']};CL 10 5 20;comercial\n",
    "facturas": "numero;codigo;periodo;expedida;vence;total\nF3;00012;2020-10;2020-11-03;2020-11-18;33333\n",
    "pagos": "id;codigo;factura;fecha;valor\nP3;00012;F3;2020-11-10;33333\n",
    "mandamientos": "proceso;codigo;fecha;estado;capital;corte\nPC-3;00012;2020-11-20;librado;3333;2020-11-20\n",
}


@pytest.fixture
def entregar(app, tmp_path):
    """Take in a delivery given as texts by file; its number."""

    def importar(archivos: dict[str, str], **opciones) -> int:
        for nombre, texto in archivos.items():
            (tmp_path / f"{nombre}.csv").write_text(texto, encoding="utf-8")
        resultado = entregas.importar(tmp_path, "sistemas:ana", **opciones)
        assert resultado.publicada, resultado.rechazos
        return resultado.entrega

    return importar


def por_entrega(entregar) -> None:
    entregar(ANTES)
    una_cuenta(codigos=[OTRO, CODIGO])
    entregar(DESPUES)


def por_filas(entregar) -> None:
    un_predio(CODIGO, **NUEVO)
    un_predio(OTRO, direccion="KR 5 12 40")
    for mes, numero in ((8, "F1"), (9, "F2"), (10, "F3")):
        una_factura(CODIGO, numero=numero, periodo=f"2020-{mes:02}", expedida=f"2020-{mes + 1:02}-03", vence="2020-12-01")
    un_pago(CODIGO, factura="F1", fecha="2020-09-10", valor=10_000_00)
    un_pago(CODIGO, factura="F3", fecha="2020-11-10", valor=33_333_00)
    un_mandamiento(CODIGO, proceso="PC-1", fecha="2020-08-03")
    un_mandamiento(CODIGO, proceso="PC-3", fecha="2020-11-20")
    una_cuenta(codigos=[OTRO, CODIGO])
    limita("2020-10-03")


def limita(ve_hasta: str | None, codigo: str = CODIGO) -> None:
    Asociacion.update(revisar=db.utcnow(), ve_hasta=ve_hasta).where(Asociacion.predio == codigo).execute()


@pytest.fixture(params=[por_entrega, por_filas])
def cambio(request, navegador, entregar):
    """Signed in as the old holder; their other code is the main one and has nothing yet."""
    request.param(entregar)
    navegador.ya_dentro(Asociacion.get_by_id(CODIGO).cuenta)


@pytest.fixture
def rosa(navegador):
    """An account of one limited code whose last bill to be seen is F2, not paid."""
    cuenta = una_cuenta(codigos=[CODIGO])
    una_factura(CODIGO, numero="F2", expedida="2020-10-03", total=20_000_00)
    una_factura(CODIGO, numero="F3", expedida="2020-11-03", total=33_333_00)
    limita("2020-10-03")
    navegador.ya_dentro(cuenta)
    return cuenta


def panel(navegador):
    return navegador.abre(f"/facturas?codigo={CODIGO}")


def numero(page) -> str:
    return dict(zip([dt.text for dt in page.select("#_panel dt")], page.select("#_panel dd"), strict=True))[
        "Número de factura"
    ].text


def pagados(page) -> list[str]:
    return [row.td.text.replace("\xa0", " ") for row in page.select("tbody tr")]


# -- the old holder -----------------------------------------------------------------------------------


def test_the_bill_is_the_last_one_from_before_and_says_why(navegador, cambio):
    page = panel(navegador)
    assert numero(page) == "F2"
    assert page.lee("#_panel h2") == "Última factura antes del cambio"
    notice = page.lee("#_panel .aviso")
    for words in (
        AVISO,
        "no se muestran las facturas posteriores",
        "608 555 0100",
        "lunes a viernes",
        "con su documento",
        "Calle 10 n.º 5-20, Aguaclara",
    ):
        assert words in notice
    assert page.select('#_panel .aviso a[href="mailto:sistemas@aguaclara.example"]')
    assert "F3" not in page.texto


def test_what_was_hidden_has_no_address(navegador, cambio):
    navegador.abre("/facturas/factura-F3.pdf", 404)
    navegador.abre("/facturas/F3/pago", 404)
    navegador.abre("/facturas/factura-F1.pdf")
    assert navegador.abre("/facturas/F2/pago").h1 == "Pagar la factura"
    assert AVISO in navegador.pagina.texto
    assert "pregunte a la empresa cuánto se debe" in navegador.pagina.texto


def test_payments_and_processes_are_those_from_before(navegador, cambio):
    page = navegador.abre("/pagos")
    assert pagados(page) == ["$ 10.000"]
    assert f"{AVISO} . Aquí no se muestran los pagos posteriores." in page.texto
    page = navegador.abre("/mandamientos")
    assert ("PC-1" in page.texto, "PC-3" in page.texto) == (True, False)
    assert f"{AVISO} . Aquí no se muestran los procesos posteriores." in page.texto


def test_no_page_tells_who_the_new_holder_is(navegador, cambio):
    for address in (*PAGES, f"/codigos/{CODIGO}/retiro"):
        html = navegador.pide("GET", address).text
        assert not [told for told in NUEVO.values() if told in html], address


def test_the_pdf_names_nobody_and_compares_with_nothing_newer(navegador, cambio):
    text = papel.texto(navegador.pide("GET", "/facturas/factura-F2.pdf").data)
    assert "No se muestra en esta copia" in text
    assert "ago 20" in text
    assert not [told for told in (*NUEVO.values(), "TOMÁS", "oct 20", "ROSA") if told in text]


def test_another_code_of_the_account_is_as_always(navegador, cambio):
    page = navegador.abre("/facturas")
    assert page.valor("codigo") == OTRO
    assert "registró otro titular" not in page.texto
    una_factura(OTRO, numero="F9", expedida=hoy())
    assert numero(navegador.abre("/facturas")) == "F9"
    navegador.abre("/facturas/factura-F9.pdf")


def test_with_htmx_the_panel_brings_its_notice(navegador, cambio):
    navegador.abre("/facturas")
    answer = navegador.htmx("GET", "/facturas", "_panel", codigo=CODIGO)
    assert AVISO in answer.texto
    navegador.igual_que_fresca(answer, f"/facturas?codigo={CODIGO}")


def test_no_page_asks_the_base_more_than_six_times(navegador, cambio):
    for address in PAGES:
        with consultas() as statements:
            assert navegador.pide("GET", address).status_code == 200, address
        assert len(statements) <= 6, f"{address}: {statements}"


def test_who_saw_no_bill_before_sees_none(navegador, rosa):
    limita(NADA)
    un_mandamiento(CODIGO)
    page = panel(navegador)
    assert "No hay facturas anteriores del código" in page.texto
    assert "Aquí aparecerá la primera" not in page.texto
    assert AVISO in page.texto
    assert "No hay pagos anteriores de este código." in navegador.abre("/pagos").texto
    assert navegador.abre("/mandamientos").lee("section h2") == "No hay procesos para mostrar"
    assert "no está completa para los códigos que cambiaron de titular" in navegador.pagina.texto


# -- whose payment is it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factura", "dias", "seen"),
    [
        *(("F2", 30, True), ("F2", -30, True)),  # of a bill that is seen, whenever
        *(("F3", -30, False), ("F3", 30, False)),  # of one that is hidden
        *((None, -30, True), (None, 0, True), (None, 1, False)),  # of none: until the day of the change
        *(("AJENA", 0, True), ("AJENA", 1, False)),  # of one that was never delivered
    ],
)
def test_a_payment_follows_its_bill_and_without_one_its_day(navegador, rosa, factura, dias, seen):
    un_pago(CODIGO, factura=factura, fecha=hoy() + timedelta(days=dias), valor=5_000_00)
    assert pagados(navegador.abre("/pagos")) == (["$ 5.000"] if seen else [])
    assert ("$ 5.000" in panel(navegador).lee("#_panel .datos")) == seen


def test_the_day_of_the_change_is_that_of_colombia(navegador, rosa):
    # Eight in the evening of the 24th there.
    Asociacion.update(revisar="2026-11-25 01:00:00").execute()
    for dia in (24, 25):
        un_pago(CODIGO, fecha=f"2026-11-{dia}", valor=dia * 1000_00)
    assert pagados(navegador.abre("/pagos")) == ["$ 24.000"]


def test_hidden_payments_leave_room_for_three_that_are_seen(navegador, rosa):
    for dia in range(1, 5):
        un_pago(CODIGO, factura="F2", fecha=f"2020-10-{dia + 10}", valor=dia * 1000_00)
        un_pago(CODIGO, factura="F3", fecha=f"2020-11-{dia + 10}", valor=7_000_00)
    with consultas() as statements:
        navegador.pide("GET", "/pagos")
    assert sum("JOIN pago" in sql for sql in statements) == 1
    assert pagados(navegador.abre("/pagos")) == ["$ 4.000", "$ 3.000", "$ 2.000"]


def test_what_the_new_holder_pays_does_not_pay_the_old_bill(navegador, rosa):
    un_pago(CODIGO, factura="F3", fecha="2020-11-10", valor=33_333_00)
    page = panel(navegador)
    assert page.lee("#_panel .estado") == "Por pagar" if hoy().year == 2020 else "Vencida"
    assert "33.333" not in page.texto
    un_pago(CODIGO, factura="F2", fecha=hoy() + timedelta(days=9), valor=20_000_00)
    assert panel(navegador).lee("#_panel .estado") == "Pagada"


# -- the code cannot be washed clean ------------------------------------------------------------------


def test_the_old_holder_cannot_let_the_code_go_and_prove_an_old_bill_again(navegador, cambio):
    page = navegador.abre("/codigos")
    assert "Cambió de titular" in page.lee("table")
    assert "o uno que cambió de titular, escriba al área de sistemas" in page.texto
    navegador.abre(f"/codigos/{CODIGO}/retiro", 404)
    token = {"csrf_token": page.valor("csrf_token")}
    assert navegador.pide("POST", f"/codigos/{CODIGO}/retiro", data=token).status_code == 404
    navegador.abre("/codigos")
    navegador.envia("/codigos", "Ingresar", 422, codigo=CODIGO, numero_factura="F2")
    assert Asociacion.get_by_id(CODIGO).limitada


def test_the_new_holder_is_told_where_to_go(navegador, cambio):
    nuevo = navegador.otro().ya_dentro(una_cuenta("tomas@correo.example"))
    nuevo.abre("/codigos")
    taken = nuevo.envia("/codigos", "Ingresar", 422, codigo=CODIGO, numero_factura="F3").lee("#codigo-error")
    assert "la de quien era titular antes" in taken
    assert "oficina de atención" in taken
    assert nuevo.envia("/codigos", "Ingresar", 422, codigo="999", numero_factura="F3").lee("#codigo-error") == taken


# -- what the staff and the next deliveries do --------------------------------------------------------


def test_once_reviewed_everything_is_seen(navegador, cambio, runner):
    assert runner.invoke(args=["cuentas", "revisado", CODIGO, "--si"]).exit_code == 0
    assert numero(panel(navegador)) == "F3"
    assert AVISO not in navegador.pagina.texto
    navegador.abre("/facturas/factura-F3.pdf")
    assert len(pagados(navegador.abre("/pagos"))) == 2
    assert "PC-3" in navegador.abre("/mandamientos").texto
    assert navegador.abre(f"/codigos/{CODIGO}/retiro").estado == 200


def test_where_the_utility_chose_so_nothing_is_hidden(navegador, entregar):
    entregar(ANTES)
    navegador.ya_dentro(una_cuenta(codigos=[CODIGO]))
    entregar(DESPUES, ocultar=False)
    assert Asociacion.get().revisar is not None
    assert numero(panel(navegador)) == "F3"
    assert AVISO not in navegador.pagina.texto
    assert len(pagados(navegador.abre("/pagos"))) == 2


def test_bills_of_later_deliveries_stay_hidden(navegador, entregar):
    por_entrega(entregar)
    navegador.ya_dentro(Asociacion.get_by_id(CODIGO).cuenta)
    entregar(
        {"facturas": DESPUES["facturas"].replace("F3", "F4").replace("2020-11-03", "2020-12-03").replace("2020-10", "2020-11")}
    )
    assert UltimaFactura.de(CODIGO).numero == "F4"
    assert numero(panel(navegador)) == "F2"
    navegador.abre("/facturas/factura-F4.pdf", 404)


def test_a_delivery_that_is_undone_leaves_everything_as_it_was(navegador, entregar):
    entregar(ANTES)
    navegador.ya_dentro(una_cuenta(codigos=[CODIGO]))
    entregas.deshacer(entregar(DESPUES), "sistemas:ana")
    assert not Asociacion.get().limitada
    page = panel(navegador)
    assert (numero(page), AVISO in page.texto) == ("F2", False)
    assert AVISO not in navegador.abre("/pagos").texto


def test_an_account_whose_only_code_was_taken_away_goes_on(navegador, rosa, runner):
    assert runner.invoke(args=["cuentas", "retirar-codigo", CODIGO, "--si"]).exit_code == 0
    for address in ("/inicio", "/facturas", "/pagos", "/mandamientos", "/codigos"):
        assert CODIGO not in navegador.abre(address).texto
    navegador.abre("/facturas/factura-F2.pdf", 404)
    una_factura(OTRO, numero="F9")
    navegador.abre("/codigos")
    assert "quedó asociado" in navegador.envia("/codigos", "Ingresar", codigo=OTRO, numero_factura="F9").avisos
    assert Asociacion.get_by_id(OTRO).principal == 1


def test_the_new_holder_sees_everything_of_a_code_set_free(navegador, cambio, runner):
    runner.invoke(args=["cuentas", "retirar-codigo", CODIGO, "--si"])
    nuevo = navegador.otro().ya_dentro(una_cuenta("tomas@correo.example"))
    nuevo.abre("/codigos")
    assert "quedó asociado" in nuevo.envia("/codigos", "Ingresar", codigo=CODIGO, numero_factura="F3").avisos
    assert numero(nuevo.abre("/facturas")) == "F3"
    assert PredioVersion.select().where(PredioVersion.nombre == NUEVO["nombre"]).exists()
