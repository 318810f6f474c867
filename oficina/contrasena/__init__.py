"""The customer changes the password; every other session ends."""
