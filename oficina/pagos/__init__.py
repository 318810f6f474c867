"""The customer sees the last three payments of each code."""
