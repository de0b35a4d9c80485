"""What does each row mean under the schema?"""
