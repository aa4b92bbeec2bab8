"""Accepts and shows: HTTP, pages, sign-in."""
