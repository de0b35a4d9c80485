"""What do all ports know of a request, and of the server that answers it?"""
