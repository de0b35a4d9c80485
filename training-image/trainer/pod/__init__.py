"""What does a container find around itself, and how does it say how it ended?"""
