"""What is observed of the traffic besides counts: value bins, access log, spans?"""
