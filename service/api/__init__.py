"""The JSON face: one file of handlers per noun."""
