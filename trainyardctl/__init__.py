"""The command line: what is there, how does it stand, what may a person do, and doing it."""
