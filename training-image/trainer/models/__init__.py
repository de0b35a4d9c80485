"""What does a model take and answer, whoever made it and whichever runtime asks it?"""
