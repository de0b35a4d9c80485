"""How is HTTP/1.1 spoken?"""
