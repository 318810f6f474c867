"""The customer adds the codes of other properties, and lets them go again; the main one stays."""
