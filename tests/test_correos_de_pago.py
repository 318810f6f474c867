"""The mails about a payment: one for each thing that happens to it, to whoever pays; and those to the treasury."""

import re
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import fabrica
import papel
import pytest
from fabrica import pago_en_linea, un_intento, un_pago, una_cuenta, una_factura
from pasarela_de_prueba import PasarelaDePrueba

from oficina import db, documentos
from oficina.cobros import avisos, correos, plazos, verdad
from oficina.formats import hoy
from oficina.models import Correo, Intento, UltimaFactura

ROSA, CODIGO, OTRO = "rosa@correo.example", "100200300", "100200301"
TESORERIA = "tesoreria@aguaclara.example"
PAGADO = datetime(2026, 11, 24, 1, 5)  # in Colombia it was still the 23rd

pytestmark = pytest.mark.ajustes(PAGO_ALARMAS=TESORERIA, URL_PUBLICA="https://oficina.aguaclara.example")


@pytest.fixture
def banco():
    return PasarelaDePrueba()


@pytest.fixture
def intento(app) -> Intento:
    return abre(CODIGO)


@pytest.fixture
def recibe(app, correo):
    """The mails since the last call: to whom and of what each is."""

    def take() -> list[EmailMessage]:
        messages = correo()
        assert not Correo.select().where(Correo.estado != "enviado").exists()
        return messages

    return take


def abre(*codigos: str, correo: str | None = ROSA, **datos) -> Intento:
    bills = {codigo: una_factura(codigo).numero for codigo in codigos}
    return un_intento(bills, una_cuenta(codigos=codigos), correo=correo, **datos)


def aplica(banco: PasarelaDePrueba, intento: Intento) -> Intento:
    """What the gateway has now, asked twice: the second time nothing is new."""
    for _ in range(2):
        after = verdad.aplicar(banco, intento.id, banco.consultar(intento.referencia))
    return after


def cuerpo(message: EmailMessage) -> str:
    text = message.get_body().get_content()
    return re.sub(r"[ \xa0\u202f]+", " ", text).replace("\r\n", "\n")


def asunto(message: EmailMessage) -> str:
    return message["Subject"].replace("\xa0", " ")


def asuntos(messages: list[EmailMessage]) -> list[tuple[str, str]]:
    return [(message["To"], asunto(message)) for message in messages]


RECIBIDO = (ROSA, "Recibimos su pago de $ 84.350")
NO_HECHO = (ROSA, "Su pago de $ 84.350 no se hizo")
DEVUELTO = (ROSA, "Se devolvió su pago de $ 84.350")


def alarma(intento: Intento) -> tuple[str, str]:
    return (TESORERIA, f"Revise el pago en línea {intento.referencia}")


# -- one for each thing that happens --------------------------------------------------------------------


def test_an_approval_is_mailed_once_with_all_that_is_known(banco, intento, recibe):
    paid = banco.paga(intento, cus="1122334455", fecha=PAGADO)
    aplica(banco, intento)
    (message,) = recibe()
    assert asuntos([message]) == [RECIBIDO]
    text = cuerpo(message)
    for told in (
        *(f"Número del pago: {intento.referencia}", "Valor: $ 84.350", "Fecha: 23 de noviembre de 2026, 8:05 p. m."),
        *("Banco o medio: Banco del Llano", "CUS (seguimiento del banco): 1122334455", f"Transacción: {paid.id}"),
        *(f"- Código 100200300, factura {intento.facturas().get().factura}: $ 84.350", "en proceso de aplicación"),
        *("no tiene que hacer nada más", "Si usted no hizo este pago, llámenos al 608 555 0100", "con su cuenta, aquí"),
        f"\nhttps://oficina.aguaclara.example/pagar/{intento.publico}\n",
    ):
        assert told in text
    for absent in ("saldo a su favor", "None", "Rosa", "García", "40123456"):
        assert absent not in text
    aplica(banco, intento)
    assert recibe() == []


def test_each_bill_is_told(banco, app, recibe):
    intento = abre(CODIGO, OTRO)
    banco.paga(intento)
    aplica(banco, intento)
    (message,) = recibe()
    assert cuerpo(message).count("- Código") == 2
    assert asunto(message) == "Recibimos su pago de $ 168.700"


def test_a_second_approval_is_another_payment_and_what_is_too_much_is_the_customers(banco, intento, recibe):
    banco.paga(intento)
    aplica(banco, intento)
    assert asuntos(recibe()) == [RECIBIDO]
    banco.paga(intento)
    aplica(banco, intento)
    mails = recibe()
    assert asuntos(mails) == [RECIBIDO, alarma(intento)]
    text = cuerpo(mails[0])
    assert "Esta factura ya estaba pagada, del todo o en parte: $ 84.350 de este pago no se debían y son suyos." in text
    assert "no tiene que hacer nada más" not in text
    assert verdad.SALDO in cuerpo(mails[1])


def test_of_several_bills_it_is_not_said_which_was_paid(banco, app, recibe):
    intento = abre(CODIGO, OTRO)
    un_pago(CODIGO, fecha=hoy(), valor=84_350_00, factura=UltimaFactura.de(CODIGO).numero)
    banco.paga(intento)
    aplica(banco, intento)
    (message,) = [one for one in recibe() if one["To"] == ROSA]
    assert "Alguna de estas facturas ya estaba pagada, del todo o en parte: $ 84.350 de este pago" in cuerpo(message)


def test_what_was_waiting_for_the_bank_and_came_to_nothing_is_told(banco, intento, recibe):
    waiting = banco.paga(intento, "pendiente", cus="1122334455", motivo="Fondos insuficientes")
    aplica(banco, intento)
    assert recibe() == []
    banco.pasa(waiting, "rechazada")
    aplica(banco, intento)
    (message,) = recibe()
    assert asuntos([message]) == [NO_HECHO]
    text = cuerpo(message)
    for told in (
        *("no lo aprobó. No tenemos noticia de que se le haya cobrado.", "Motivo: Fondos insuficientes", "1122334455"),
        *("- Código 100200300", "Antes de pagar de nuevo, mire en su banco.", "no pague otra vez: llámenos al 608 555 0100"),
        *("puede pagar cuando quiera", intento.referencia, f"/pagar/{intento.publico}\n", "Si usted no comenzó este pago"),
    ):
        assert told in text
    assert "None" not in text


def test_what_the_bank_never_answered_is_told_as_that(banco, intento, recibe):
    waiting = banco.paga(intento, "pendiente", banco="")
    aplica(banco, intento)
    banco.pasa(waiting, "vencida")
    aplica(banco, intento)
    (message,) = recibe()
    assert "su banco no lo confirmó a tiempo" in cuerpo(message)
    for absent in ("Banco o medio", "Motivo"):
        assert absent not in cuerpo(message)


def test_what_waited_for_too_long_has_no_reason_of_its_waiting(banco, intento, recibe):
    banco.paga(intento, "pendiente", motivo="Espera")
    aplica(banco, intento)
    Intento.update(creado=db.utcnow() - plazos.SIN_RESPUESTA * 2).execute()
    verdad.vencer(intento.id)
    assert Intento.get().motivo is None
    (message,) = recibe()
    assert "su banco no lo confirmó a tiempo" in cuerpo(message)
    assert "Espera" not in cuerpo(message)


def test_what_a_person_closed_is_told_once_in_words_of_its_own(banco, intento, recibe):
    banco.paga(intento, valor=intento.valor - 1)
    aplica(banco, intento)
    Intento.update(motivo="Otra cosa").execute()
    recibe()
    assert verdad.cerrar_revision(intento.id, "sistemas:ana")
    assert not verdad.cerrar_revision(intento.id, "sistemas:ana")
    assert Intento.get().motivo is None
    (message,) = recibe()
    assert asuntos([message]) == [NO_HECHO]
    assert "no se hizo: lo revisamos y no encontramos que se hubiera recibido el dinero. No tenemos" in cuerpo(message)
    assert "Motivo" not in cuerpo(message)


def test_what_was_refused_at_once_is_seen_on_the_page_and_not_mailed(banco, intento, recibe):
    banco.paga(intento, "rechazada")
    aplica(banco, intento)
    assert recibe() == []


def test_a_reversal_tells_that_the_bill_is_owed_again(banco, intento, recibe):
    paid = banco.paga(intento, fecha=PAGADO)
    aplica(banco, intento)
    recibe()
    banco.pasa(paid, "reversada")
    aplica(banco, intento)
    mails = recibe()
    assert asuntos(mails) == [DEVUELTO, alarma(intento)]
    text = cuerpo(mails[0])
    assert verdad.SE_DEBE in cuerpo(mails[1])
    for told in ("Fecha del pago: 23 de noviembre", paid.id, "$ 84.350 se deben de nuevo", "608 555 0100", intento.publico):
        assert told in text


def test_a_payment_that_is_first_seen_when_it_was_given_back_has_one_mail(banco, intento, recibe):
    banco.paga(intento, "reversada")
    aplica(banco, intento)
    assert asuntos(recibe()) == [DEVUELTO, alarma(intento)]


def test_of_two_payments_the_one_too_many_given_back_makes_no_debt(banco, intento, recibe):
    banco.paga(intento)
    aplica(banco, intento)
    second = banco.paga(intento)
    aplica(banco, intento)
    recibe()
    banco.pasa(second, "reversada")
    aplica(banco, intento)
    message, alarm = recibe()
    assert asunto(message) == DEVUELTO[1]
    assert verdad.SOBRABA in cuerpo(alarm)
    assert "se debe de nuevo" not in cuerpo(alarm)
    assert "no se debía: con la devolución no debe nada más" in cuerpo(message)
    assert "se deben de nuevo" not in cuerpo(message)


def test_a_late_approval_is_mailed_as_any_other(banco, intento, recibe):
    waiting = banco.paga(intento, "pendiente")
    aplica(banco, intento)
    banco.pasa(waiting, "vencida")
    aplica(banco, intento)
    banco.pasa(waiting, "aprobada")
    assert aplica(banco, intento).tardio
    assert asuntos(recibe()) == [NO_HECHO, RECIBIDO]


def test_what_is_not_as_it_was_begun_is_told_to_the_treasury_alone(banco, intento, recibe):
    banco.paga(intento, valor=intento.valor - 1)
    aplica(banco, intento)
    (message,) = recibe()
    assert asuntos([message]) == [alarma(intento)]
    text = cuerpo(message)
    for told in ("el valor", "Valor: $ 84.350", f"oficina pagos ver {intento.referencia}", "docs/pagos.md"):
        assert told in text
    for absent in (ROSA, CODIGO, intento.publico):
        assert absent not in text


def test_what_is_to_be_done_for_each_reason_is_documented(banco):
    """The mail says where."""
    manual = " ".join(Path("docs/pagos.md").read_text(encoding="utf-8").split())
    for reason in (verdad.OTRA_VEZ, verdad.SALDO, verdad.SE_DEBE, verdad.SOBRABA, avisos.NO_CONFIRMA):
        assert f"*{reason}*" in manual
    assert "dice otra cosa que este intento: …*" in manual


@pytest.mark.ajustes(PAGO_ALARMAS="", SISTEMAS_CORREO="sistemas@aguaclara.example")
def test_without_an_address_of_the_treasury_it_goes_to_those_of_the_systems(banco, intento, recibe):
    banco.paga(intento, valor=1)
    aplica(banco, intento)
    assert [message["To"] for message in recibe()] == ["sistemas@aguaclara.example"]


def test_whoever_left_no_address_gets_no_mail(banco, app, recibe):
    intento = un_intento({CODIGO: una_factura(CODIGO).numero}, None)
    paid = banco.paga(intento)
    aplica(banco, intento)
    banco.pasa(paid, "reversada")
    aplica(banco, intento)
    assert asuntos(recibe()) == [alarma(intento)]


def test_a_quick_payer_needs_no_account_for_the_link(banco, app, recibe, navegador):
    intento = un_intento({CODIGO: una_factura(CODIGO).numero}, None, correo="quien@correo.example")
    banco.paga(intento)
    aplica(banco, intento)
    (message,) = recibe()
    text = cuerpo(message)
    assert (message["To"], "su cuenta" in text) == ("quien@correo.example", False)
    (link,) = re.findall(r"https://oficina\.aguaclara\.example(/\S+)", text)
    assert link == f"/pagar/{intento.publico}"


@pytest.mark.parametrize("pruebas", [0, 1])
def test_a_payment_of_the_sandbox_says_that_no_money_moved(app, recibe, pruebas):
    intento = pago_en_linea({CODIGO: una_factura(CODIGO).numero}, correo=ROSA, pruebas=pruebas)
    with db.write():
        correos.no_hecho(intento, revisado=True)
        correos.recibido(intento, PasarelaDePrueba().paga(intento), 0)
    assert [("PAGO DE PRUEBA" in cuerpo(message)) for message in recibe()] == [bool(pruebas)] * 2


# -- the receipt goes with it ---------------------------------------------------------------------------


def test_the_receipt_is_attached(banco, intento, recibe):
    papel.hay_poppler()
    banco.paga(intento)
    aplica(banco, intento)
    (message,) = recibe()
    assert "El comprobante va adjunto." in cuerpo(message)
    (file,) = message.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("application/pdf", f"comprobante-{intento.referencia}.pdf")
    assert "Recibido; en proceso de aplicación" in papel.texto(file.get_content())


def test_the_other_mails_carry_nothing(banco, intento, recibe):
    waiting = banco.paga(intento, "pendiente")
    aplica(banco, intento)
    banco.pasa(waiting, "rechazada")
    aplica(banco, intento)
    assert not [list(message.iter_attachments()) for message in recibe() if message.is_multipart()]


def test_where_no_pdf_can_be_made_the_mail_goes_without_it_and_says_where_it_is(
    app, banco, intento, recibe, monkeypatch, caplog
):
    monkeypatch.setattr(documentos.renderer, "CHILD", documentos.renderer.CHILD.with_name("no_hay.py"))
    while documentos.pdf.IDLE:
        documentos.pdf.IDLE.pop().close()
    banco.paga(intento)
    aplica(banco, intento)
    (message,) = recibe()
    assert not message.is_multipart()
    where = f"https://oficina.aguaclara.example/pagar/{intento.publico}"
    assert f"descargue el comprobante, con su cuenta, aquí:\n{where}\n" in cuerpo(message)
    assert "adjunto" not in cuerpo(message)
    assert "no va en su correo" in caplog.text


def test_a_pdf_that_takes_too_long_does_not_keep_the_mail(app, banco, intento, recibe, monkeypatch):
    monkeypatch.setattr(documentos.pdf, "SECONDS", 0)
    banco.paga(intento)
    aplica(banco, intento)
    (message,) = recibe()
    assert not message.is_multipart()


# -- whole with their act -------------------------------------------------------------------------------


def test_what_did_not_happen_is_not_mailed(banco, intento, recibe, monkeypatch):
    monkeypatch.setattr(verdad.audit, "record", lambda *args, **kwargs: 1 / 0)
    banco.paga(intento)
    with pytest.raises(ZeroDivisionError):
        verdad.aplicar(banco, intento.id, banco.consultar(intento.referencia))
    assert recibe() == []


def test_twenty_answers_at_once_are_one_mail(app, banco, intento, recibe):
    banco.paga(intento)
    answer = banco.consultar(intento.referencia)

    def apply():
        with app.app_context():
            verdad.aplicar(banco, intento.id, answer)

    results = fabrica.a_la_vez(*[apply] * 20)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert asuntos(recibe()) == [RECIBIDO]


def test_what_is_told_cannot_be_read_in_the_base(banco, intento, correo):
    banco.paga(intento)
    aplica(banco, intento)
    assert intento.publico not in repr(Correo.select().dicts().get())
    correo()
    assert Correo.get().datos == ""
