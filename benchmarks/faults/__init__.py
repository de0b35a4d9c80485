"""Does a life end the same whatever goes wrong between the operator and the API server?"""
