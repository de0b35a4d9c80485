"""Which rows stand in the files of a source, whatever their format?"""
