"""Where payment gateways tell of payments. No customer comes here."""
