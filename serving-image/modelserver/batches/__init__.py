"""Which rows go to the model together, and when?"""
