"""How well are new versions judged, by the operator and by others on the same counters?"""
