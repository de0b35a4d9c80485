"""Several parties train one model, and no row leaves its party: what of it travels?"""
