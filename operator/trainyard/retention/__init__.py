"""What in the store do living objects refer to, and who removes the rest?"""
