"""What is shown of the holder to whoever only holds a bill: enough to know that it is the right one, and no more."""

HIDDEN = "•••"


def iniciales(nombre: str) -> str:
    """``R. E. G. P.``"""
    return " ".join(f"{word[0]}." for word in nombre.split() if word[0].isalnum())


def direccion_oculta(direccion: str) -> str:
    """``CL 10 •••``: the kind of street and its number, nothing of the house."""
    words = direccion.split()
    if len(words) > 2:
        return " ".join([*words[:2], HIDDEN])
    return f"{words[0] if len(words) == 2 else direccion.strip()[:1]} {HIDDEN}".strip()
