"""Pages in a real browser: the whole way of a resident, what axe says, nothing that scrolls sideways, pictures."""
