"""What does the recipe ask for, and what is fitted on what?"""
