"""How are decisions told to people outside the cluster?"""
