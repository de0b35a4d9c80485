"""What is wrong with manifests, as far as that can be known without a cluster?"""
