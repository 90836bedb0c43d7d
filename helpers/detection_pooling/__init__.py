"""Detection pooling."""
