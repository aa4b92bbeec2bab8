"""Where a register comes from. Each source yields batches of rows; whatever it is, one verb takes them."""
