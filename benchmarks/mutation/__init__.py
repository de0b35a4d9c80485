"""Do the tests notice small faults in what decides?"""
