"""The measurements measure what they say; how long anything takes is no test."""
