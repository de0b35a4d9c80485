"""Does the model server last: a million requests in the same memory, ten minutes without a loss?"""
