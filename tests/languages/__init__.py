"""Tests of the languages that the house speaks."""
