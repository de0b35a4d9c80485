"""What does a batch prediction read and write: its parts, its rows, its answers?"""
