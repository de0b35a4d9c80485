"""What is counted and told, and how is it written down?"""
