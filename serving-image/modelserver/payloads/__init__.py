"""What does a body ask, and how is an answer spelled?"""
