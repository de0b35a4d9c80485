"""How good is the model, and what is published about it?"""
