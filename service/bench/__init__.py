"""Measuring the service from outside: a load from a process of its own, beside what the machine can do at best."""
