"""People we make up, or a real city's voters, who go through a whole round over HTTP."""
