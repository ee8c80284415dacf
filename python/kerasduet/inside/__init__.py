"""What a network is made of, and what a trained one sees."""
