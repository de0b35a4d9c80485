"""What do all rows together say: are they good enough, and which of them test?"""
