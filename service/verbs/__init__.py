"""What is done here: one file per noun. A verb checks, writes through the store, and tells. It knows no HTTP."""
