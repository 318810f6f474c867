"""The customer learns whether a coercive collection process was begun for any of their codes."""
