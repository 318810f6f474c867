"""The customer registers with the code printed on the bill, proving that they hold one."""
