"""How is the protocol spoken over gRPC?"""
