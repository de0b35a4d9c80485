"""What in the store may go, and how does it go?"""
