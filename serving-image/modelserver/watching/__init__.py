"""What can be seen of the traffic besides counts: values, lines, spans?"""
