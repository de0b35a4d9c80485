"""Which kinds of checks are there, and what does each need, fold and answer?"""
