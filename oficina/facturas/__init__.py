"""The customer sees the latest bill of each code explained, and the earlier ones; opens them as PDF, and goes to pay."""
