"""Decides and counts: eligibility, tally, snapshots."""
