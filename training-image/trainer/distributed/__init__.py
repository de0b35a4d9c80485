"""One fit on several pods: who shares the work, and how do boosted trees grow by parts?"""
