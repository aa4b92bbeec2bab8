"""The ground: what is said and what is stored. Imports nothing of ours."""
