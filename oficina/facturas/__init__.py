"""The customer sees the latest bill of each code, opens it as PDF, and goes to pay it."""
