"""The customer finds the way in: the public home page, what each option is for, the data policy."""
