"""The ground: migrations, queries, settings, keys, passes, ballots, codes, styles."""
