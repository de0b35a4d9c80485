"""How much did each input column contribute to an answer? Beside predictions, never before them."""
