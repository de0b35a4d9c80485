"""What does the operator cost on a real API server, and how does that grow with the fleet?"""
