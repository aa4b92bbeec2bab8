"""The commands of this room, one file for each or for each group."""
