"""Pago rápido: whoever holds a bill pays it without an account (setting PAGO_RAPIDO)."""
