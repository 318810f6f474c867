"""Pagar en línea: the customer chooses what to pay, goes to the gateway, and comes back to see what came of it."""
