"""What a refresh costs, beside pandas with pandera's or Great Expectations' checks."""
