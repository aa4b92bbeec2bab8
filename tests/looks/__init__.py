"""How a house looks, and whether it can be read."""
