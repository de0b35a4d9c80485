"""What was this container asked to do?"""
