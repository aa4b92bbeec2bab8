"""The HTML face, without script: one file of handlers per noun."""
