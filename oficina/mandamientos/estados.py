"""Each state of a collection process in plain words, and what the customer can do (Estatuto Tributario 823 to 843)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Explicacion:
    nombre: str
    significa: str
    que_hacer: str


ESTADOS = {
    "persuasivo": Explicacion(
        "Cobro amistoso",
        "Todavía no hay mandamiento de pago: la empresa le está recordando la deuda antes de comenzar un cobro coactivo.",
        "Pague o pida un acuerdo de pago ahora y el proceso no comienza.",
    ),
    "librado": Explicacion(
        "Mandamiento de pago librado",
        "La empresa ordenó el pago de la deuda y está por notificarle esa orden.",
        "Acérquese a notificarse, a pagar o a pedir un acuerdo de pago.",
    ),
    "notificado": Explicacion(
        "Mandamiento de pago notificado",
        "Usted ya fue notificado de la orden de pago y corre el plazo para pagar o presentar excepciones.",
        "Pague o presente sus excepciones por escrito antes de la fecha límite.",
    ),
    "excepciones": Explicacion(
        "Excepciones en estudio",
        "Usted presentó excepciones y la empresa las está resolviendo.",
        "Espere la respuesta. Puede pagar o pedir un acuerdo de pago en cualquier momento.",
    ),
    "ejecucion": Explicacion(
        "Orden de seguir adelante",
        "La empresa ordenó seguir con el cobro de la deuda.",
        "Pague o pida un acuerdo de pago para evitar o levantar medidas sobre sus bienes.",
    ),
    "medidas": Explicacion(
        "Medidas cautelares",
        "Hay medidas sobre bienes o cuentas para asegurar el pago, como un embargo.",
        "Comuníquese cuanto antes para pagar o acordar el pago y pedir que se levanten.",
    ),
    "acuerdo": Explicacion(
        "Acuerdo de pago",
        "Hay un acuerdo de pago y el proceso está suspendido mientras se cumpla.",
        "Pague cada cuota a tiempo: si se incumple, el proceso sigue.",
    ),
    "terminado": Explicacion(
        "Proceso terminado",
        "Este proceso ya terminó.",
        "No tiene que hacer nada. Si necesita una constancia, pídala en la oficina.",
    ),
}
