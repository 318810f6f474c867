"""``flask facturas avisar``: the bill by mail for those who asked, each one once."""

import json
import re
from datetime import timedelta

import pytest
from fabrica import a_la_vez, pago_en_linea, un_pago, una_cuenta, una_factura

from oficina import db, facturas_por_correo, mail
from oficina.formats import hoy
from oficina.models import Asociacion, Correo, Cuenta, FacturaAvisada, FacturaVersion

ROSA = "rosa@correo.example"
con_pasarela = pytest.mark.ajustes(PASARELA="simulada", URL_PUBLICA="http://localhost:8000")


def reciente(codigo: str, hace: int = 3, **datos):
    issued = hoy() - timedelta(days=hace)
    return una_factura(codigo, **({"expedida": issued, "vence": issued + timedelta(days=20)} | datos))


def quiere(correo: str = ROSA, codigos=("100",), **datos) -> Cuenta:
    return una_cuenta(correo, codigos=codigos, **({"factura_por_correo": 1} | datos))


@pytest.fixture
def avisar(runner):
    def comando(codigo: int = 0) -> str:
        result = runner.invoke(args=["facturas", "avisar"])
        assert result.exit_code == codigo, result.output
        return result.output

    return comando


def en_cola() -> list[tuple[str, str]]:
    """Address and number of the bill of each mail that waits, in order."""
    rows = Correo.select().where(Correo.plantilla == "factura_nueva").order_by(Correo.id)
    return [(row.para, json.loads(mail.cipher().decrypt(row.datos.encode()))["factura"]) for row in rows]


def cuerpo(message) -> str:
    return message.get_payload(decode=True).decode()


def test_each_code_of_who_asked_gets_its_latest_bill_once(avisar):
    quiere(codigos=("100", "200"))
    una_cuenta("tomas@correo.example", codigos=["300"])
    for codigo in ("100", "200", "300", "400"):
        reciente(codigo, hace=33)
        reciente(codigo, numero=f"N{codigo}")
    assert "Correos en la cola: 2, a 1 cuenta; facturas ya avisadas: 0; códigos sin nada nuevo por pagar: 0." in avisar()
    assert en_cola() == [(ROSA, "N100"), (ROSA, "N200")]
    assert "Correos en la cola: 0, a 0 cuentas; facturas ya avisadas: 2;" in avisar()
    assert len(en_cola()) == 2
    reciente("100", hace=1, numero="M100")
    avisar()
    assert en_cola()[2:] == [(ROSA, "M100")]


@con_pasarela
def test_the_mail_says_what_is_owed_until_when_and_how_to_pay_it(avisar, correo, navegador):
    quiere()
    bill = reciente("100", numero="N100", total=84_350_00, periodo="2026-11")
    avisar()
    (message,) = correo()
    text = " ".join(cuerpo(message).split())
    assert message["Subject"] == "Su factura de noviembre de 2026"
    for told in ("Código de usuario: 100", "Número de factura: N100", "Mes: noviembre de 2026", "Valor por pagar: $ 84.350"):
        assert told in text
    assert "Vence el" in text
    assert "/facturas?codigo=100" in text
    assert "Actualizar datos" in text
    path = re.search(r"http://localhost:8000(/pago-rapido/\S+)", text)[1]
    page = navegador.abre(path)
    assert bill.numero in page.texto
    for secret in ("García", "GARCÍA", "CL 10 5 20"):
        assert secret not in text


def test_without_a_gateway_the_mail_leads_to_the_office_alone(avisar, correo):
    quiere()
    reciente("100")
    avisar()
    (message,) = correo()
    assert "pago-rapido" not in cuerpo(message)
    assert "/facturas?codigo=100" in cuerpo(message)


def test_an_overdue_bill_says_that_it_is(avisar, correo):
    quiere()
    reciente("100", hace=40)
    avisar()
    assert "Venció el" in cuerpo(correo()[0])


@pytest.mark.parametrize(
    "change",
    [
        {"factura_por_correo": 0},
        {"correo_confirmado": None},
        {"bloqueada": db.utcnow()},
        {"eliminada": db.utcnow(), "correo": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_who_must_not_be_written_to_is_not(avisar, change):
    quiere(**change)
    reciente("100")
    avisar()
    assert en_cola() == []


def test_a_limited_code_is_told_nothing_and_its_neighbour_is(avisar):
    quiere(codigos=("100", "200"))
    for codigo in ("100", "200"):
        reciente(codigo, numero=f"N{codigo}")
    Asociacion.update(ve_hasta=hoy() - timedelta(days=1)).where(Asociacion.predio == "100").execute()
    avisar()
    assert en_cola() == [(ROSA, "N200")]


def test_what_is_paid_old_or_in_favour_is_not_told(avisar):
    quiere(codigos=("100", "200", "300", "400", "500"))
    un_pago("100", factura=reciente("100").numero, fecha=hoy())
    reciente("200", hace=45)
    reciente("300", total=-100_00)
    pago_en_linea({"400": reciente("400").numero})
    assert "códigos sin nada nuevo por pagar: 5." in avisar()
    assert en_cola() == []


def test_a_bill_of_yesterday_that_was_paid_in_part_tells_what_is_left(avisar, correo):
    quiere()
    un_pago("100", factura=reciente("100", total=84_350_00).numero, valor=80_000_00, fecha=hoy())
    avisar()
    assert "Valor por pagar: $\u00a04.350" in cuerpo(correo()[0])


def test_what_is_not_published_is_not_told(avisar):
    quiere()
    reciente("100", numero="N100")
    FacturaVersion.update(alta=1).execute()  # of a delivery that was not published
    assert "códigos sin nada nuevo por pagar: 1." in avisar()
    assert en_cola() == []


def test_a_code_that_passed_to_another_account_tells_that_one_too(avisar):
    quiere()
    reciente("100", numero="N100")
    avisar()
    Asociacion.delete().execute()
    quiere("tomas@correo.example", codigos=("100",))
    avisar()
    assert en_cola() == [(ROSA, "N100"), ("tomas@correo.example", "N100")]


def test_two_at_once_tell_each_bill_once(app):
    codes = [f"1{place:02}" for place in range(20)]
    quiere(codigos=codes)
    for codigo in codes:
        reciente(codigo)
    counts = [facturas_por_correo.Cuentas() for _ in range(3)]

    def run(count):
        with app.app_context():
            facturas_por_correo.avisar(count)

    results = a_la_vez(*[lambda count=count: run(count) for count in counts])
    assert results == [None] * 3
    assert len(en_cola()) == len({number for _, number in en_cola()}) == 20
    assert FacturaAvisada.select().count() == 20
    assert sum(count.encoladas for count in counts) == 20
    assert sum(count.estaban for count in counts) == 40


def test_a_mail_that_could_not_be_queued_leaves_the_bill_to_be_told(app, monkeypatch):
    quiere()
    reciente("100")

    def full(*args, **kwargs):
        raise OSError(28, "full")

    with monkeypatch.context() as patch:
        patch.setattr(mail, "queue", full)
        with pytest.raises(OSError, match="full"):
            facturas_por_correo.avisar(facturas_por_correo.Cuentas())
    assert not FacturaAvisada.select().exists()
    facturas_por_correo.avisar(facturas_por_correo.Cuentas())
    assert len(en_cola()) == 1


def test_who_changes_their_mind_between_reading_and_writing_is_not_written_to(app):
    cuenta = quiere()
    reciente("100")
    factura = facturas_por_correo.por_avisar("100")
    Cuenta.update(factura_por_correo=0).where(Cuenta.id == cuenta.id).execute()
    assert facturas_por_correo.escribir(factura) is None
    assert en_cola() == []


def test_what_stops_it_is_told_and_repeating_goes_on(runner, avisar, monkeypatch):
    quiere(codigos=("100", "200"))
    reciente("100", numero="N100")
    reciente("200", numero="N200")
    write = facturas_por_correo.escribir

    def once(factura):
        if factura.codigo == "200":
            raise KeyboardInterrupt
        return write(factura)

    with monkeypatch.context() as patch:
        patch.setattr(facturas_por_correo, "escribir", once)
        told = avisar(4)
    assert "Se interrumpió. Correos en la cola: 1," in told
    avisar()
    assert en_cola() == [(ROSA, "N100"), (ROSA, "N200")]


def test_a_password_asked_for_does_not_wait_behind_the_bills(app, correo):
    codes = [f"1{place:02}" for place in range(3)]
    quiere(codigos=codes)
    for codigo in codes:
        reciente(codigo)
    facturas_por_correo.avisar(facturas_por_correo.Cuentas())
    with db.write():
        mail.queue("clave_temporal", ROSA)
    assert "contraseña temporal" in correo()[0]["Subject"]
