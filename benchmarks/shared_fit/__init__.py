"""How much memory do workers need that grow boosted trees on rows that none of them could hold?"""
