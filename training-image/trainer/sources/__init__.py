"""Where do a source's bytes come from?"""
