"""How quick is the page beside an API server with many models?"""
