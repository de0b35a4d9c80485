"""How does a dataset version lie in the store and on disk?"""
