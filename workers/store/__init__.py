"""Rows in and out: one file of named queries per noun, one typed function each."""
