"""Verificar una factura: anybody who holds a bill asks whether it says what the utility published."""
