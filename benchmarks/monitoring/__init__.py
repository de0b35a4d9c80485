"""What do the monitors promise, measured in simulations with fixed seeds?"""
